/**
 * What an error of Vertica means for a person: which kind of failure, and what to do.
 *
 * Messages that quote row values (class 22 and 23, and every detail) stay in `cause`, which is shown
 * at `--log-level debug` only.
 */
import { type Meaning, reasonOf, VERBS } from "../../../runtime/connection_failure.ts";
import { codeOf, FinpipeError, type Passing } from "../../../runtime/errors.ts";
import { CLASS_KINDS, type ErrorClass, knownError } from "./error_classes.ts";
import { LoginFailure } from "./login_watch.ts";
import { MEANINGS, TEXTS, TLS_FAILED, UNREACHABLE } from "./meanings.ts";

/** A failure of which it is known what is done about it. */
export class VerticaFailure extends FinpipeError {
  constructor(
    readonly errorClass: ErrorClass,
    message: string,
    details: { hint: string; cause: unknown; passes: Passing | undefined },
  ) {
    super(CLASS_KINDS[errorClass].kind, message, details);
  }
}

/**
 * Turns an error of the driver into one for a person.
 *
 * @param database how the message names the database: host, port and name, never a password
 * @param broken the connection's own error, where there was one: it explains the statement's
 */
export function asFinpipeError(error: unknown, database: string, broken?: unknown): FinpipeError {
  if (error instanceof FinpipeError) return error;
  if (broken instanceof FinpipeError) return broken;
  const reason = reasonOf(broken, error);
  const code = codeOf(error) ?? codeOf(broken);
  if (code !== undefined && SQLSTATE.test(code)) {
    const known = knownError(code, vendorCodeOf(error) ?? vendorCodeOf(broken), reason);
    if (known !== undefined) return failureOf(known, code, { database, reason, cause: error });
  }
  const meaning = error instanceof LoginFailure
    ? error
    : meaningOf(code, reason, broken !== undefined);
  if (meaning === undefined) {
    const suffix = code === undefined ? "" : ` (${code})`;
    const hint = "Look for the cause in vertica.log, then run the command again";
    return new FinpipeError("failed", `${database} failed: ${reason}${suffix}`, {
      hint,
      cause: error,
    });
  }
  const { kind, hint } = meaning;
  return new FinpipeError(kind, `${VERBS[kind]} ${database}: ${reason}`, { hint, cause: error });
}

/** Whether an error is one of the class. */
export function isOfClass(error: unknown, errorClass: ErrorClass): error is VerticaFailure {
  return error instanceof VerticaFailure && error.errorClass === errorClass;
}

/** A system error has letters of another length, or digits nowhere. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

function failureOf(
  { class: errorClass, hint }: { class: ErrorClass; hint: string },
  state: string,
  { database, reason, cause }: { database: string; reason: string; cause: unknown },
): VerticaFailure {
  const { kind, passes } = CLASS_KINDS[errorClass];
  const message = (() => {
    if (errorClass === "data") return `${database} refused ${refused(reason)}: SQLSTATE ${state}`;
    if (errorClass === "for good") return `${database} failed: ${reason} (${state})`;
    return `${VERBS[kind]} ${database}: ${reason}`;
  })();
  return new VerticaFailure(errorClass, message, { hint, cause, passes });
}

/** Of a NULL the column is named, and no value (22004, 2501: "Cannot set a NOT NULL column (id) ..."). */
function refused(reason: string): string {
  const column = /^Cannot set a NOT NULL column \((\w+)\) to a NULL value/.exec(reason)?.[1];
  return column === undefined ? "a value" : `a NULL for column ${column}`;
}

/** Vertica's number of an error, which our driver puts on it. */
function vendorCodeOf(error: unknown): number | undefined {
  return (error as { vendorCode?: number } | null | undefined)?.vendorCode;
}

function meaningOf(
  code: string | undefined,
  text: string,
  isBroken: boolean,
): Meaning | undefined {
  if (code !== undefined && MEANINGS[code] !== undefined) return MEANINGS[code];
  if (code?.startsWith("ERR_SSL")) return TLS_FAILED;
  for (const [pattern, meaning] of TEXTS) if (pattern.test(text)) return meaning;
  return isBroken ? { kind: "unreachable", hint: UNREACHABLE } : undefined;
}
