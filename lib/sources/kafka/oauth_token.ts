/** Tokens from an OAuth endpoint, by client credentials (RFC 6749, 4.4). */
import * as v from "valibot";
import type { KafkaOauth } from "../../config/kafka_oauth.ts";
import { type Lasting, Renewed } from "./renewed.ts";
import { askGiver, type Giver, giverFailure, giverRefusal } from "./token_request.ts";

const Answer = v.object({
  access_token: v.pipe(v.string(), v.minLength(1)),
  expires_in: v.optional(v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/))])),
});
const Refusal = v.object({ error: v.pipe(v.string(), v.regex(/^[\w .-]{1,60}$/)) });

/** Asks for tokens, and keeps one for as long as it is fresh. */
export class OauthTokens {
  readonly #settings: KafkaOauth;
  readonly #giver: Giver;
  readonly #token: Renewed<string>;

  /**
   * @param ca PEM of authorities to trust beside the platform's
   * @param clock milliseconds on a clock that only goes forward @default performance.now
   */
  constructor(settings: KafkaOauth, ca: string | undefined, clock = () => performance.now()) {
    const { origin, pathname } = settings.tokenEndpoint;
    this.#settings = settings;
    this.#giver = { name: `the token endpoint ${origin}${pathname}`, check: CHECK_ENDPOINT, ca };
    this.#token = new Renewed(() => this.#ask(), clock);
  }

  /**
   * A fresh token; those who ask at once get the same one.
   *
   * @throws FinpipeError of kind `unreachable`; `configuration` where the client is refused
   */
  get(): Promise<string> {
    return this.#token.get();
  }

  async #ask(): Promise<Lasting<string>> {
    const { tokenEndpoint, clientId, clientSecret, scope } = this.#settings;
    const login = [clientId, clientSecret].map(encodeURIComponent).join(":");
    const { status, body } = await askGiver(this.#giver, tokenEndpoint, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(login)}`, accept: "application/json" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        ...(scope === undefined ? {} : { scope }),
      }),
    });
    if (status !== 200) {
      const said = v.safeParse(Refusal, body);
      const error = said.success ? said.output.error : undefined;
      throw giverRefusal(this.#giver, status, error, CHECK_CLIENT);
    }
    const parsed = v.safeParse(Answer, body);
    if (!parsed.success) {
      const what = "it did not answer with a token";
      throw giverFailure("configuration", this.#giver, what, CHECK_ENDPOINT);
    }
    const { access_token: value, expires_in: seconds = 0 } = parsed.output;
    return { value, lifetime: Number(seconds) * 1000 };
  }
}

const CHECK_ENDPOINT = "Check FINPIPE_KAFKA_OAUTH_TOKEN_ENDPOINT, and that it answers from here";
const CHECK_CLIENT = "Check FINPIPE_KAFKA_OAUTH_CLIENT_ID, FINPIPE_KAFKA_OAUTH_CLIENT_SECRET and " +
  "FINPIPE_KAFKA_OAUTH_SCOPE";
