/** Tokens from an OAuth endpoint, by client credentials (RFC 6749, 4.4). */
import * as v from "valibot";
import type { KafkaOauth } from "../../config/kafka_oauth.ts";
import { causesOf, FinpipeError, messageOf } from "../../runtime/errors.ts";

/** Milliseconds for the endpoint to answer. */
const ANSWER_WITHIN = 10_000;
/** The part of its lifetime for which a token is used for new logins. */
const USED_FOR = 0.8;
/** Milliseconds that it must last then: a login ends with its token, and the next one takes its time. */
const LEFT = 10_000;

const Answer = v.object({
  access_token: v.pipe(v.string(), v.minLength(1)),
  expires_in: v.optional(v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/))])),
});
const Refusal = v.object({ error: v.pipe(v.string(), v.regex(/^[\w .-]{1,60}$/)) });

/** Asks for tokens, and keeps one for as long as it is fresh. */
export class OauthTokens {
  readonly #settings: KafkaOauth;
  readonly #ca: string | undefined;
  readonly #clock: () => number;
  #kept: { token: string; until: number } | undefined;
  #asked: Promise<string> | undefined;

  /**
   * @param ca PEM of authorities to trust beside the platform's
   * @param clock milliseconds on a clock that only goes forward @default performance.now
   */
  constructor(settings: KafkaOauth, ca: string | undefined, clock = () => performance.now()) {
    this.#settings = settings;
    this.#ca = ca;
    this.#clock = clock;
  }

  /**
   * A fresh token; those who ask at once get the same one.
   *
   * @throws FinpipeError of kind `unreachable`; `configuration` where the client is refused
   */
  get(): Promise<string> {
    if (this.#kept !== undefined && this.#clock() < this.#kept.until) {
      return Promise.resolve(this.#kept.token);
    }
    this.#asked ??= this.#ask().finally(() => this.#asked = undefined);
    return this.#asked;
  }

  async #ask(): Promise<string> {
    const begun = this.#clock();
    const { status, body } = await this.#fetch();
    if (status !== 200) throw this.#refused(status, body);
    const parsed = v.safeParse(Answer, body);
    if (!parsed.success) {
      throw this.#failure("configuration", "it did not answer with a token", CHECK_ENDPOINT);
    }
    const { access_token: token, expires_in: seconds = 0 } = parsed.output;
    const lifetime = Number(seconds) * 1000;
    this.#kept = { token, until: begun + Math.min(lifetime * USED_FOR, lifetime - LEFT) };
    return token;
  }

  async #fetch(): Promise<{ status: number; body: unknown }> {
    const { tokenEndpoint, clientId, clientSecret, scope } = this.#settings;
    const login = [clientId, clientSecret].map(encodeURIComponent).join(":");
    using client = Deno.createHttpClient({ caCerts: this.#ca === undefined ? [] : [this.#ca] });
    try {
      const response = await fetch(tokenEndpoint, {
        client,
        method: "POST",
        // A secret goes nowhere else.
        redirect: "manual",
        headers: { authorization: `Basic ${btoa(login)}`, accept: "application/json" },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          ...(scope === undefined ? {} : { scope }),
        }),
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text) };
    } catch (error) {
      const reason = messageOf([...causesOf(error)].at(-1));
      if (/certificate/i.test(reason)) {
        throw this.#failure("configuration", reason, TRUST, error);
      }
      throw this.#failure("unreachable", reason, CHECK_ENDPOINT, error);
    }
  }

  #refused(status: number, body: unknown): FinpipeError {
    const said = v.safeParse(Refusal, body);
    const what = `it answers ${status}${said.success ? `, ${said.output.error}` : ""}`;
    if (status >= 500 || status === 429) return this.#failure("unreachable", what, CHECK_ENDPOINT);
    return this.#failure("configuration", what, CHECK_CLIENT);
  }

  #failure(
    kind: "configuration" | "unreachable",
    what: string,
    hint: string,
    cause?: unknown,
  ): FinpipeError {
    const { origin, pathname } = this.#settings.tokenEndpoint;
    const verb = kind === "unreachable" ? "reach" : "use";
    return new FinpipeError(
      kind,
      `Cannot ${verb} the token endpoint ${origin}${pathname}: ${what}`,
      {
        hint,
        cause,
      },
    );
  }
}

const CHECK_ENDPOINT = "Check FINPIPE_KAFKA_OAUTH_TOKEN_ENDPOINT, and that it answers from here";
const CHECK_CLIENT = "Check FINPIPE_KAFKA_OAUTH_CLIENT_ID, FINPIPE_KAFKA_OAUTH_CLIENT_SECRET and " +
  "FINPIPE_KAFKA_OAUTH_SCOPE";
const TRUST = "Name the PEM file of the authority that signed its certificate in FINPIPE_KAFKA_CA";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
