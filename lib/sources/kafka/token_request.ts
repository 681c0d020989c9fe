/** Requests to whom gives out tokens or keys, and what their failures mean. */
import { FinpipeError } from "../../runtime/errors.ts";
import { fetchFailure } from "../../runtime/fetch_failure.ts";

/** Milliseconds for the answer. */
const ANSWER_WITHIN = 10_000;

/** Who is asked. */
export interface Giver {
  /** As messages name it, without a secret. */
  name: string;
  /** What to check where it does not answer, or answers with something else. */
  check: string;
  /** PEM of authorities to trust beside the platform's. */
  ca: string | undefined;
}

export interface GiverAnswer {
  status: number;
  /** Undefined where it is no JSON. */
  body: unknown;
}

/** @throws FinpipeError of kind `unreachable`; `configuration` where its certificate is not trusted */
export async function askGiver(
  giver: Giver,
  url: URL,
  request: { method: string; headers: Record<string, string>; body?: URLSearchParams },
): Promise<GiverAnswer> {
  using client = Deno.createHttpClient({ caCerts: giver.ca === undefined ? [] : [giver.ca] });
  try {
    const response = await fetch(url, {
      ...request,
      client,
      // A secret goes nowhere else.
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (error) {
    const reason = fetchFailure(error);
    if (/certificate/i.test(reason)) {
      throw giverFailure("configuration", giver, reason, TRUST, error);
    }
    throw giverFailure("unreachable", giver, reason, giver.check, error);
  }
}

/**
 * An answer that is not 200.
 *
 * @param said the code of the refusal, if one was named
 * @param hint what to check where it refuses for good
 */
export function giverRefusal(
  giver: Giver,
  status: number,
  said: string | undefined,
  hint: string,
): FinpipeError {
  const what = `it answers ${status}${said === undefined ? "" : `, ${said}`}`;
  return status >= 500 || status === 429 || PASSING.test(said ?? "")
    ? giverFailure("unreachable", giver, what, giver.check)
    : giverFailure("configuration", giver, what, hint);
}

export function giverFailure(
  kind: "configuration" | "unreachable",
  { name }: Giver,
  what: string,
  hint: string,
  cause?: unknown,
): FinpipeError {
  const verb = kind === "unreachable" ? "reach" : "use";
  return new FinpipeError(kind, `Cannot ${verb} ${name}: ${what}`, { hint, cause });
}

const TRUST = "Name the PEM file of the authority that signed its certificate in FINPIPE_KAFKA_CA";

/** Refusals of STS, with status 400, that pass by themselves (AWS, "AssumeRoleWithWebIdentity"). */
const PASSING = /^(IDPCommunicationError|Throttling(Exception)?)$/;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
