/**
 * What an error of Vertica means for a person: which kind of failure, and what to do.
 *
 * Messages that quote row values (class 22 and 23, and every detail) stay in `cause`, which is shown
 * at `--log-level debug` only.
 */
import { type Meaning, reasonOf, VERBS } from "../../runtime/connection_failure.ts";
import { codeOf, FinpipeError } from "../../runtime/errors.ts";
import { MEANINGS, SPECIAL, TEXTS, TLS_FAILED, UNREACHABLE } from "./meanings.ts";

/**
 * Turns an error of the driver into one for a person.
 *
 * @param database how the message names the database: host, port and name, never a password
 * @param broken the connection's own error, where there was one: it explains the statement's
 */
export function asFinpipeError(error: unknown, database: string, broken?: unknown): FinpipeError {
  if (error instanceof FinpipeError) return error;
  if (broken instanceof FinpipeError) return broken;
  const code = codeOf(error) ?? codeOf(broken);
  if (code !== undefined && /^2[23]...$/.test(code)) {
    return new FinpipeError("data", `${database} refused a value: SQLSTATE ${code}`, {
      hint: "Run with --log-level debug to see the server's words, which may quote the value",
      cause: error,
    });
  }
  const reason = reasonOf(broken, error);
  const meaning = meaningOf(code, reason, broken !== undefined);
  if (meaning === undefined) {
    const suffix = code === undefined ? "" : ` (${code})`;
    const hint = "Look for it in vertica.log, then run the command again";
    return new FinpipeError("failed", `${database} failed: ${reason}${suffix}`, {
      hint,
      cause: error,
    });
  }
  const { kind, hint } = meaning;
  return new FinpipeError(kind, `${VERBS[kind]} ${database}: ${reason}`, { hint, cause: error });
}

function meaningOf(
  code: string | undefined,
  text: string,
  isBroken: boolean,
): Meaning | undefined {
  const special = SPECIAL.find(([state, pattern]) => state === code && pattern.test(text));
  if (special !== undefined) return special[2];
  if (code !== undefined && MEANINGS[code] !== undefined) return MEANINGS[code];
  if (code?.startsWith("08")) return { kind: "unreachable", hint: UNREACHABLE };
  if (code?.startsWith("28")) return MEANINGS["28000"];
  if (code?.startsWith("ERR_SSL")) return TLS_FAILED;
  for (const [pattern, meaning] of TEXTS) if (pattern.test(text)) return meaning;
  return isBroken ? { kind: "unreachable", hint: UNREACHABLE } : undefined;
}
