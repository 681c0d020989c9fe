/**
 * SASL/OAUTHBEARER (RFC 7628) for kafkajs. Its own one takes a token that the broker refuses for
 * accepted, as the broker refuses it in the data of an answer that succeeds.
 */
import { Buffer } from "node:buffer";
import { FinpipeError } from "../../runtime/errors.ts";
import type { OauthTokens } from "./oauth_token.ts";

/** What kafkajs hands to a login of one's own. */
export interface LoginOptions {
  saslAuthenticate<T>(exchange: {
    request: { encode(): Promise<Buffer> | Buffer };
    response?: { decode(data: Buffer): Promise<Buffer> | Buffer; parse(data: Buffer): T };
  }): Promise<T | void>;
}

/** @param cluster as messages name it */
export async function logInByToken(
  { saslAuthenticate }: LoginOptions,
  tokens: OauthTokens,
  cluster: string,
): Promise<void> {
  const token = await tokens.get();
  const refusal = await saslAuthenticate<string>({
    request: { encode: () => withLength(`n,,\x01auth=Bearer ${token}\x01\x01`) },
    response: {
      decode: (data) => data.subarray(4),
      parse: (data) => data.toString(),
    },
  });
  if (refusal === undefined || refusal === "") return;
  const [, status = "refused"] = /"status" *: *"([\w .-]{1,60})"/.exec(refusal) ?? [];
  throw new FinpipeError(
    "configuration",
    `Cannot use ${cluster}: it refuses the token: ${status}`,
    {
      hint:
        "Check that the brokers trust the token endpoint: the issuer, audience and scope that " +
        "they expect, and the clocks",
    },
  );
}

/** As Kafka writes bytes. */
function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
