/**
 * AWS's signature of a request in its URL ("Signature Version 4", "Authenticating Requests: Using
 * Query Parameters"): a GET without a body, whose one signed header is the host.
 */
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
export async function presignedQuery(
  { keys, region, service, host, query, expires, now }: Presigned,
): Promise<Record<string, string>> {
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
  const request = ["GET", "/", queryText(signed), `host:${host}`, "", "host", await hashOf("")];
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), await hashOf(request.join("\n"))];
  let key = bytesOf(`AWS4${keys.secretAccessKey}`);
  for (const part of [...scope, text.join("\n")]) key = await hmac(key, part);
  return { ...signed, "X-Amz-Signature": key.toHex() };
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

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function hashOf(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(text))).toHex();
}

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytesOf(text)));
}
