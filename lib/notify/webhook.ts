/**
 * Posts a text to a webhook, signed where there is a secret (Standard Webhooks 1.0.0: headers
 * `webhook-id`, `webhook-timestamp` in epoch seconds, and `webhook-signature`, `v1,` and the base64 of the
 * HMAC-SHA256 of `id.timestamp.body`).
 */
import { createHmac } from "node:crypto";
import type { NotifySettings } from "../config/notify.ts";
import { fetchFailure } from "../runtime/fetch_failure.ts";
import { wait } from "../runtime/retry.ts";

/** Milliseconds for one try. */
const TIMEOUT = 10_000;
const TRIES = 3;
/** Milliseconds before the second try, doubled before the third. */
const FIRST_DELAY = 1000;

/** What a post needs from outside. */
export interface WebhookDeps {
  now(): Temporal.Instant;
  /** @default the platform's */
  fetch?: typeof fetch;
  /** @default the real one */
  delay?: (milliseconds: number) => Promise<void>;
}

/**
 * Posts JSON; tries again what may pass (no answer, 429, 5xx).
 *
 * @param id names the message: the same one however often it is tried
 * @returns why it did not arrive, without the URL; undefined where it did
 */
export async function postWebhook(
  { url, secret }: NotifySettings,
  { id, body }: { id: string; body: string },
  deps: WebhookDeps,
): Promise<string | undefined> {
  const { delay = (time) => wait(time, new AbortController().signal) } = deps;
  let reason: string | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await delay(FIRST_DELAY * 2 ** (attempt - 1));
    const headers = {
      "content-type": "application/json",
      ...(secret && signatureOf({ id, body, at: deps.now() }, secret)),
    };
    const status = await statusOf(url, { headers, body }, deps.fetch ?? fetch);
    if (typeof status === "string") {
      reason = status;
      continue;
    }
    if (status >= 200 && status < 300) return undefined;
    reason = `it answered ${status}`;
    if (status !== 429 && status < 500) return reason;
  }
  return reason;
}

/** The status of the answer, or why there is none. */
async function statusOf(
  url: URL,
  { headers, body }: { headers: Record<string, string>; body: string },
  send: typeof fetch,
): Promise<number | string> {
  const signal = AbortSignal.timeout(TIMEOUT);
  try {
    const response = await send(url, { method: "POST", redirect: "manual", headers, body, signal });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    if (signal.aborted) return `it gave no answer for ${TIMEOUT / 1000} s`;
    return fetchFailure(error);
  }
}

function signatureOf(
  { id, body, at }: { id: string; body: string; at: Temporal.Instant },
  secret: Uint8Array,
): Record<string, string> {
  const timestamp = String(Math.floor(at.epochMilliseconds / 1000));
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`);
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature.digest("base64")}`,
  };
}
