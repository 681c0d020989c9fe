/** Logins by SASL, and those that a listener wants again after a while (KIP-368). */
import type { Mechanism, SASLOptions } from "kafkajs";
import type { KafkaSasl } from "../../config/kafka.ts";
import { IamTokens } from "./iam_token.ts";
import { logInByToken, type LoginOptions, type Tokens } from "./oauth_login.ts";
import { OauthTokens } from "./oauth_token.ts";

/**
 * Milliseconds before a login ends at which kafkajs logs in again, before a request. With its own
 * 10,000 it does so before each request where a login lasts no longer (`connections.max.reauth.ms`),
 * and a broker refuses a second login within a second: it says that it accepts no SASL.
 */
export const LOGIN_BEFORE = 2_000;

/** The shortest time, in milliseconds, that a login may last for finpipe. */
export const SHORTEST_LOGIN = 4_000;

/** Clusters that have accepted a login of this process, by the names that messages have. */
const accepted = new Set<string>();

/** True where a login was accepted: what the broker refuses later is to log in again. */
export function wasAccepted(cluster: string): boolean {
  return accepted.has(cluster);
}

interface LoginProvider {
  authenticate(): Promise<void>;
}

type MakeProvider = (options: unknown) => LoginProvider;

/**
 * What kafkajs logs in by. A copy, because kafkajs keeps its own results in it: of these, the
 * mechanism that it puts there is watched.
 *
 * @param cluster as messages name it
 * @param ca PEM of authorities that a token endpoint's certificate may be of, too
 */
export function watchedSasl(
  sasl: KafkaSasl,
  cluster: string,
  ca: string | undefined,
): SASLOptions | Mechanism {
  if (sasl.mechanism === "oauthbearer") {
    return byToken(new OauthTokens(sasl.oauth, ca), cluster, CHECK_TRUST);
  }
  if (sasl.mechanism === "aws-msk-iam") {
    return byToken(new IamTokens(sasl.iam, ca), cluster, CHECK_POLICY);
  }
  let provider: MakeProvider | undefined;
  const watched = {
    ...sasl,
    get authenticationProvider() {
      return provider;
    },
    set authenticationProvider(make: MakeProvider | undefined) {
      provider = make && ((options) => {
        const login = make(options);
        return {
          async authenticate() {
            await login.authenticate();
            accepted.add(cluster);
          },
        };
      });
    },
  };
  return watched as unknown as SASLOptions;
}

const CHECK_TRUST =
  "Check that the brokers trust the token endpoint: the issuer, audience and scope that they " +
  "expect, and the clocks";
const CHECK_POLICY =
  "Check that the credentials' policy allows kafka-cluster:Connect on this cluster, that the " +
  "region is the cluster's, and this machine's clock";

function byToken(tokens: Tokens, cluster: string, hint: string): Mechanism {
  return {
    mechanism: "oauthbearer",
    authenticationProvider: (options) => ({
      async authenticate() {
        await logInByToken(options as unknown as LoginOptions, tokens, cluster, hint);
        accepted.add(cluster);
      },
    }),
  };
}
