/** Whom to tell of failures: FINPIPE_NOTIFY_URL and FINPIPE_NOTIFY_SECRET. */
import { Problems } from "./problems.ts";
import { readSecret, secretOrigin } from "./secrets.ts";
import type { ConfigSource } from "./source.ts";

/** A webhook. */
export interface NotifySettings {
  /** Chat services put a secret into its path: it is shown nowhere. */
  url: URL;
  /** The bytes that messages are signed with; undefined: they are not signed. */
  secret: Uint8Array<ArrayBuffer> | undefined;
}

const URL_VARIABLE = "FINPIPE_NOTIFY_URL";
const SECRET_VARIABLE = "FINPIPE_NOTIFY_SECRET";
/** Before a secret in base64 (Standard Webhooks, "Signature scheme"); any other one is text. */
const BASE64_PREFIX = "whsec_";

/** True where anything is set about it. */
export function isNotifySet(source: ConfigSource): boolean {
  return [URL_VARIABLE, SECRET_VARIABLE].some((name) => secretOrigin(source, name) !== undefined);
}

/**
 * Reads the settings.
 *
 * @returns undefined where nobody is to be told
 * @throws FinpipeError of kind `configuration` that names everything that is wrong
 */
export async function readNotifySettings(
  source: ConfigSource,
): Promise<NotifySettings | undefined> {
  const problems = new Problems();
  const url = await readUrl(source, problems);
  const secret = await readSigningSecret(source, problems);
  const secretVariable = secretOrigin(source, SECRET_VARIABLE);
  if (secretVariable !== undefined && secretOrigin(source, URL_VARIABLE) === undefined) {
    problems.of(secretVariable)(
      `it is set, and ${URL_VARIABLE} is not`,
      `Set ${URL_VARIABLE} to the URL to post to, or unset ${secretVariable}`,
    );
  }
  problems.throwIfAny();
  return url && { url, secret };
}

async function readUrl(source: ConfigSource, problems: Problems): Promise<URL | undefined> {
  const given = await readSecret(source, URL_VARIABLE, problems);
  if (given === undefined) return undefined;
  const url = URL.parse(given.value.trim());
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  problems.of(given.origin)(
    "it is no URL of a webhook",
    "Write it as https://host/path, as the chat service shows it",
  );
  return undefined;
}

async function readSigningSecret(
  source: ConfigSource,
  problems: Problems,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const given = await readSecret(source, SECRET_VARIABLE, problems);
  if (given === undefined) return undefined;
  const { value, origin } = given;
  if (!value.startsWith(BASE64_PREFIX)) return new TextEncoder().encode(value);
  try {
    return Uint8Array.fromBase64(value.slice(BASE64_PREFIX.length));
  } catch {
    problems.of(origin)(
      `what follows ${BASE64_PREFIX} is not base64`,
      `Copy it again as a whole, or set a text without ${BASE64_PREFIX}`,
    );
    return undefined;
  }
}
