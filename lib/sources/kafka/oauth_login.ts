/**
 * SASL/OAUTHBEARER (RFC 7628) for kafkajs. Its own one takes a token that the broker refuses for
 * accepted, as the broker refuses it in the data of an answer that succeeds.
 */
import { Buffer } from "node:buffer";
import { FinpipeError } from "../../runtime/errors.ts";

/** What kafkajs hands to a login of one's own. */
export interface LoginOptions {
  saslAuthenticate<T>(exchange: {
    request: { encode(): Promise<Buffer> | Buffer };
    response?: { decode(data: Buffer): Promise<Buffer> | Buffer; parse(data: Buffer): T };
  }): Promise<T | void>;
}

/** Where tokens come from. */
export interface Tokens {
  get(): Promise<string>;
}

/**
 * @param cluster as messages name it
 * @param hint what to check where the brokers refuse a token
 */
export async function logInByToken(
  { saslAuthenticate }: LoginOptions,
  tokens: Tokens,
  cluster: string,
  hint: string,
): Promise<void> {
  const token = await tokens.get();
  const refusal = await saslAuthenticate<string>({
    request: { encode: () => withLength(`n,,\x01auth=Bearer ${token}\x01\x01`) },
    response: {
      decode: (data) => data.subarray(4),
      parse: (data) => data.toString(),
    },
  }).catch((error) => {
    throw refusedBy(error, cluster, hint) ?? error;
  });
  if (refusal === undefined || refusal === "") return;
  const [, status = "refused"] = /"status" *: *"([\w .-]{1,60})"/.exec(refusal) ?? [];
  throw new FinpipeError(
    "configuration",
    `Cannot use ${cluster}: it refuses the token: ${status}`,
    { hint },
  );
}

/**
 * A refusal as an error of Kafka's protocol, as MSK has it; undefined for any other error. MSK
 * refuses logins that come too fast, too, and those pass.
 */
function refusedBy(error: unknown, cluster: string, hint: string): FinpipeError | undefined {
  const { type, message } = error as { type?: unknown; message?: string };
  if (type !== "SASL_AUTHENTICATION_FAILED") return undefined;
  return /too many connects/i.test(message ?? "")
    ? new FinpipeError("unreachable", `Cannot reach ${cluster}: ${message}`, { cause: error })
    : new FinpipeError(
      "configuration",
      `Cannot use ${cluster}: it refuses the token: ${message}`,
      { hint, cause: error },
    );
}

/** As Kafka writes bytes. */
function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
