/**
 * Metabase's REST API, as version 0.56 documents it: https://www.metabase.com/docs/v0.56/api (a running
 * Metabase shows its own at /api/docs). A session goes in the header X-Metabase-Session:
 * https://www.metabase.com/learn/metabase-basics/administration/administration-and-operation/metabase-api
 */
import { Failure } from "./failure.ts";

/** An object that Metabase answered. */
export type Answer = Record<string, unknown>;

/** How long Metabase may take over one request, in milliseconds: it tries a new connection meanwhile. */
const TIMEOUT = 60_000;

/**
 * A connection for each request: on one that is kept, Deno sends a request again where the connection ends
 * without an answer, a POST too, and what it makes would be there twice.
 */
const ONE_REQUEST = { Connection: "close" };

/** What to do where nothing better is known. */
const AGAIN = "Its log says more. Then run this again: it goes on where it stopped";

/** Metabase answered, with an error. */
export class Refusal extends Failure {
  /** @param said what Metabase said, each field that it names with its error */
  constructor(message: string, readonly status: number, readonly said: string) {
    super("failed", message, AGAIN);
  }
}

/** A Metabase, and who is signed in there. */
export class Metabase {
  readonly #secrets: readonly string[];
  #session: string | undefined;

  /** @param secrets texts that no message may have, in any of the forms that they are sent in */
  constructor(readonly url: string, secrets: readonly string[]) {
    this.#secrets = secrets.filter((secret) => secret !== "").flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
    ]);
  }

  /** From now on requests are those of a session. */
  signIn(session: string): void {
    this.#session = session;
  }

  /**
   * Why Metabase is not up yet; undefined where it is. GET /api/health answers 200 once it has started,
   * 503 before.
   */
  async notUp(): Promise<string | undefined> {
    try {
      const response = await fetch(`${this.url}/api/health`, {
        signal: AbortSignal.timeout(10_000),
        redirect: "manual",
        headers: ONE_REQUEST,
      });
      await response.body?.cancel();
      return response.status === 200 ? undefined : `GET /api/health answers ${response.status}`;
    } catch (error) {
      return this.#clean(reason(error));
    }
  }

  /**
   * Asks for something.
   *
   * @param aim what it is for, as "make the chart": messages begin "Could not make the chart"
   * @throws Refusal where Metabase answers with an error; Failure where it does not answer
   */
  get(path: string, aim: string): Promise<unknown> {
    return this.#call("GET", path, aim);
  }

  /** Makes something; see {@link get}. */
  async post(path: string, body: Answer, aim: string): Promise<Answer> {
    return objectOf(await this.#call("POST", path, aim, body), path, aim);
  }

  /** Changes something; see {@link get}. */
  async put(path: string, body: Answer, aim: string): Promise<void> {
    await this.#call("PUT", path, aim, body);
  }

  /** Takes something away; see {@link get}. */
  async delete(path: string, aim: string): Promise<void> {
    await this.#call("DELETE", path, aim);
  }

  /** What Metabase says of an error in an answer, without a secret. */
  said(answer: Answer): string {
    return this.#clean(wordsOf(answer));
  }

  async #call(method: string, path: string, aim: string, body?: Answer): Promise<unknown> {
    const headers = new Headers({ Accept: "application/json", ...ONE_REQUEST });
    if (body !== undefined) headers.set("Content-Type", "application/json");
    if (this.#session !== undefined) headers.set("X-Metabase-Session", this.#session);
    let status, text;
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers,
        // A redirect would turn a POST into a GET.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      const why = this.#clean(reason(error));
      const message = `Could not ${aim}: ${method} ${path} at ${this.url} broke off: ${why}`;
      throw new Failure("unreachable", message, AGAIN);
    }
    if (status < 200 || status > 299) {
      const said = this.#clean(saidIn(text));
      const answered = `Metabase answered ${method} ${path} with ${status}`;
      throw new Refusal(`Could not ${aim}: ${answered}${said && `: ${said}`}`, status, said);
    }
    if (text === "") return {};
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw notAsDocumented(path, aim, "it is no JSON");
    }
  }

  #clean(text: string): string {
    let clean = text.replaceAll(/\s+/g, " ").trim();
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, "***");
    return clean.length > 500 ? `${clean.slice(0, 500)}...` : clean;
  }
}

/** What Metabase says of an error: a text, a message, or errors by field, which nest. */
function saidIn(text: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // A proxy's page says less than its status.
    return /^\s*</.test(text) ? "" : text;
  }
  if (typeof answer === "string") return answer;
  return isObject(answer) ? wordsOf(answer) : "";
}

function wordsOf(answer: Answer): string {
  const message = typeof answer.message === "string" ? [answer.message] : [];
  return [...message, ...errorsIn(answer.errors, "")].join("; ");
}

function errorsIn(errors: unknown, field: string): string[] {
  if (typeof errors === "string") return [field === "" ? errors : `${field}: ${errors}`];
  if (!isObject(errors)) return [];
  return Object.entries(errors).flatMap(([name, error]) =>
    errorsIn(error, field === "" ? name : `${field}.${name}`)
  );
}

/** The failure where an answer lacks what the documents say. */
export function notAsDocumented(path: string, aim: string, why: string): Failure {
  const message = `Could not ${aim}: the answer to ${path} is not as documented: ${why}`;
  return new Failure(
    "failed",
    message,
    "Is this Metabase, of version 0.56, without a proxy's page?",
  );
}

export function isObject(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws Failure where an answer is no object */
export function objectOf(value: unknown, path: string, aim: string): Answer {
  if (isObject(value)) return value;
  throw notAsDocumented(path, aim, "it is no object");
}

/** The objects of an answer that is a list, or has one as `data`. @throws Failure where there is none */
export function listOf(value: unknown, path: string, aim: string): Answer[] {
  const list = isObject(value) ? value.data : value;
  if (Array.isArray(list)) return list.filter(isObject);
  throw notAsDocumented(path, aim, "it is no list");
}

/** The number of what was made or found. @throws Failure where it has none */
export function idOf(value: Answer, path: string, aim: string): number {
  if (typeof value.id === "number") return value.id;
  throw notAsDocumented(path, aim, "it has no id");
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
