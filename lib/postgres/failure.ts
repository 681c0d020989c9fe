/**
 * What a database's error means for a person: which kind of failure, and what to do.
 *
 * Messages of the database that quote row values (classes 22 and 23, and every detail and context
 * line) stay in `cause`, which is shown at `--log-level debug` only.
 */
import { reasonOf, VERBS } from "../runtime/connection_failure.ts";
import { codeOf, FinpipeError, messageOf } from "../runtime/errors.ts";
import { MEANINGS, type PostgresMeaning, TEXTS, UNREACHABLE } from "./meanings.ts";

/** A failure of one statement because of the data in it; `sqlState` says which. */
export class RefusedData extends FinpipeError {
  constructor(readonly sqlState: string, database: string, cause: unknown) {
    super("data", `${database} refused a row: SQLSTATE ${sqlState}`, { cause });
  }
}

/** Connection failures that the driver reports only by text (pg 8.23, `lib/client.js`). */
const LOST =
  /Connection terminated|Client has encountered a connection error|timeout expired|not queryable/i;

/**
 * Turns an error of a driver into one for a person.
 *
 * @param database how the message names the database: host, port and name, never a password
 * @param broken the connection's own error, where there was one: it explains the statement's
 */
export function asFinpipeError(error: unknown, database: string, broken?: unknown): FinpipeError {
  if (error instanceof FinpipeError) return error;
  const code = firstCodeOf(error) ?? firstCodeOf(broken);
  const text = messageOf(error);
  if (code !== undefined && /^2[23]...$/.test(code)) return new RefusedData(code, database, error);
  const meaning = meaningOf(code, text, broken !== undefined);
  if (meaning === undefined) {
    const suffix = code === undefined ? "" : ` (${code})`;
    return new FinpipeError("failed", `${database} failed: ${text}${suffix}`, { cause: error });
  }
  return new FinpipeError(
    meaning.kind,
    `${VERBS[meaning.kind]} ${database}: ${whyOf(error, broken)}`,
    { hint: meaning.hint, passes: meaning.passes, cause: error },
  );
}

/** The driver's own words of a lost connection say nothing to a person; what broke it may. */
function whyOf(error: unknown, broken: unknown): string {
  if (!LOST.test(messageOf(error))) return reasonOf(error, broken);
  if (broken !== undefined && !LOST.test(messageOf(broken))) return reasonOf(broken);
  return /timeout expired/i.test(messageOf(error))
    ? "it did not answer in time"
    : "the connection was lost";
}

function meaningOf(
  code: string | undefined,
  text: string,
  broken: boolean,
): PostgresMeaning | undefined {
  for (const [pattern, meaning] of TEXTS) if (pattern.test(text)) return meaning;
  const known = code === undefined ? undefined : MEANINGS[code] ?? MEANINGS[classOf(code)];
  if (known !== undefined) return known;
  if (broken || LOST.test(text)) return { kind: "unreachable", hint: UNREACHABLE };
  return undefined;
}

/** A SQLSTATE's class; of a system error's code what is no class. */
function classOf(code: string): string {
  return code.length === 5 ? code.slice(0, 2) : "";
}

/** Of several addresses' failures the code of the first. */
function firstCodeOf(error: unknown): string | undefined {
  return codeOf(error) ??
    (error instanceof AggregateError ? firstCodeOf(error.errors[0]) : undefined);
}
