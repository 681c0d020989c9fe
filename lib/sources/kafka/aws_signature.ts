/**
 * AWS's signature of a request in its URL ("Signature Version 4", "Authenticating Requests: Using
 * Query Parameters"): a GET without a body, whose one signed header is the host.
 */
import { createHash, createHmac } from "node:crypto";
import type { AwsKeys } from "../../config/kafka_iam.ts";

/** What is signed, and when. */
export interface Presigned {
  keys: AwsKeys;
  region: string;
  /** The service, as AWS signs for it. */
  service: string;
  host: string;
  query: Readonly<Record<string, string>>;
  /** Seconds that the signature lasts. */
  expires: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** The query with the signature in it, of the URL `https://host/`. */
export function presignedQuery(
  { keys, region, service, host, query, expires, now }: Presigned,
): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = [time.slice(0, 8), region, service, "aws4_request"];
  const signed: Record<string, string> = {
    ...query,
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": [keys.accessKeyId, ...scope].join("/"),
    "X-Amz-Date": time,
    "X-Amz-Expires": String(expires),
    "X-Amz-SignedHeaders": "host",
    ...(keys.sessionToken === undefined ? {} : { "X-Amz-Security-Token": keys.sessionToken }),
  };
  const request = ["GET", "/", queryText(signed), `host:${host}`, "", "host", hashOf("")];
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hashOf(request.join("\n"))];
  let key: string | Uint8Array = `AWS4${keys.secretAccessKey}`;
  for (const part of scope) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key).update(text.join("\n")).digest("hex");
  return { ...signed, "X-Amz-Signature": signature };
}

/** A query as AWS writes one: by name, and all but letters, digits and `-._~` escaped. */
export function queryText(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map((pair) => pair.map(escaped) as [string, string])
    .toSorted(([one], [other]) => one < other ? -1 : 1)
    .map((pair) => pair.join("="))
    .join("&");
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
