/** Values that a mart is asked to count and that may be misspelt (contract, section 6). */
import { STATUSES } from "../events/statuses.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import type { MartOptions, MartResult } from "./repository.ts";

/** `present_statuses.sql` and `present_types.sql`. */
export const GIVEN = { given: is.text };

/** Those of which a mart says whether they occur: types, and statuses that the contract does not know. */
export function doubtfulValues({ statuses, types = [] }: MartOptions): MartResult["absent"] {
  return { statuses: statuses.filter((status) => !STATUSES.includes(status)), types: [...types] };
}

/** Those of the values that were not found. */
export function absentOf(
  values: readonly string[],
  found: readonly RowOf<typeof GIVEN>[],
): string[] {
  const present = new Set(found.map(({ given }) => given));
  return values.filter((value) => !present.has(value));
}
