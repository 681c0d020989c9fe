/** Tokens for Amazon MSK: a signed request to connect, as AWS's own signers write it. */
import type { AwsKeys, KafkaIam } from "../../config/kafka_iam.ts";
import { SIGNATURE } from "../../runtime/version.ts";
import { AwsKeyring } from "./aws_keyring.ts";
import { presignedQuery, queryText } from "./aws_signature.ts";

/** Seconds that a token lasts: the most that MSK accepts. */
const LASTS = 900;

/**
 * A token (github.com/aws/aws-msk-iam-sasl-signer-js, `generateAuthTokenFromCredentialsProvider`).
 *
 * @param now milliseconds since 1970
 * @param agent what the brokers' logs name
 */
export function iamToken(
  keys: AwsKeys,
  region: string,
  now: number,
  agent = SIGNATURE.replace(" ", "/"),
): string {
  const host = `kafka.${region}.amazonaws.com`;
  const query = presignedQuery({
    keys,
    region,
    service: "kafka-cluster",
    host,
    query: { Action: "kafka-cluster:Connect" },
    expires: LASTS,
    now,
  });
  // It is not signed.
  const url = `https://${host}/?${queryText({ ...query, "User-Agent": agent })}`;
  return new TextEncoder().encode(url).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Signs a token for each login, so that each lasts as long as it can. */
export class IamTokens {
  readonly #keyring: AwsKeyring;
  readonly #region: string;

  /** @param ca PEM of authorities to trust beside the platform's */
  constructor({ region, credentials }: KafkaIam, ca: string | undefined) {
    this.#region = region;
    this.#keyring = new AwsKeyring(credentials, ca);
  }

  /** @throws FinpipeError of kind `unreachable`; `configuration` where the credentials are refused */
  async get(): Promise<string> {
    return iamToken(await this.#keyring.get(), this.#region, Date.now());
  }
}
