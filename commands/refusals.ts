/** Options that do not go together. */
import { FinpipeError } from "../lib/runtime/errors.ts";

/**
 * For two options of which only one could be honoured.
 *
 * @param mend what to do, where that is not to leave one out
 */
export function cannotTake(
  option: string,
  other: string,
  mend = "Leave one of the two out",
): FinpipeError {
  return new FinpipeError("usage", `Cannot take ${option} with ${other}`, { hint: mend });
}

/** Why SQL is not printed as JSON. */
export const PLAIN_SQL = "Leave --json out: SQL is printed for the database's own tools";
