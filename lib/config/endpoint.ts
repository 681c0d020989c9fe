/** URLs that secrets are sent to: https, except on this machine. */
import { isLoopback } from "../runtime/loopback.ts";
import type { Problems } from "./problems.ts";

/**
 * Reads one. Never quoted in what is reported: whoever writes a login into the URL writes a
 * password there.
 *
 * @param noLogin what to do where the URL has a login
 * @returns undefined where it is wrong, which is reported
 */
export function readEndpoint(
  name: string,
  text: string,
  problems: Problems,
  noLogin: string,
): URL | undefined {
  const report = problems.of(name);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const form = "Write it as https://host/path";
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    report("it is not an https:// URL", form);
  } else if (url.username !== "" || url.password !== "") {
    report("it has a login", noLogin);
  } else if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    report("it is not https, and secrets would go there in clear text", form);
  } else return url;
  return undefined;
}
