/** Logins at Kafka by OAuth tokens (SASL/OAUTHBEARER), by client credentials: RFC 6749, 4.4. */
import { readEndpoint } from "./endpoint.ts";
import type { Problems } from "./problems.ts";
import { readSecret, secretOrigin } from "./secrets.ts";
import { type ConfigSource, variable } from "./source.ts";

/** Where tokens come from, and for whom. */
export interface KafkaOauth {
  tokenEndpoint: URL;
  clientId: string;
  clientSecret: string;
  /** Undefined: what the endpoint gives without being asked for one. */
  scope: string | undefined;
}

const ENDPOINT = "FINPIPE_KAFKA_OAUTH_TOKEN_ENDPOINT";
const CLIENT_ID = "FINPIPE_KAFKA_OAUTH_CLIENT_ID";
const CLIENT_SECRET = "FINPIPE_KAFKA_OAUTH_CLIENT_SECRET";
const SCOPE = "FINPIPE_KAFKA_OAUTH_SCOPE";

/** The variables of such a login that are set. */
export function oauthOrigins(source: ConfigSource): string[] {
  const plain = [ENDPOINT, CLIENT_ID, SCOPE].filter((name) => variable(source, name) !== undefined);
  return [...plain, secretOrigin(source, CLIENT_SECRET)].filter((name) => name !== undefined);
}

/** @returns undefined where something is missing or wrong, which is reported */
export async function readOauth(
  source: ConfigSource,
  problems: Problems,
): Promise<KafkaOauth | undefined> {
  const set = oauthOrigins(source);
  for (const name of [ENDPOINT, CLIENT_ID, CLIENT_SECRET]) {
    if (set.includes(name) || set.includes(`${name}_FILE`)) continue;
    problems.of(name)("it is not set, though FINPIPE_KAFKA_SASL is oauthbearer", "Set it");
  }
  const endpoint = variable(source, ENDPOINT);
  const noLogin = `Take that out, and set ${CLIENT_ID} and ${CLIENT_SECRET}`;
  const tokenEndpoint = endpoint && readEndpoint(ENDPOINT, endpoint, problems, noLogin);
  const clientId = variable(source, CLIENT_ID);
  const secret = await readSecret(source, CLIENT_SECRET, problems);
  const scope = variable(source, SCOPE);
  return tokenEndpoint && clientId && secret
    ? { tokenEndpoint, clientId, clientSecret: secret.value, scope }
    : undefined;
}
