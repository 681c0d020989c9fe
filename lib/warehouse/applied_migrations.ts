/** The warehouse's record of migrations. */
import * as v from "valibot";
import type { AppliedMigration, Breaks } from "../migrations/migration.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";

const BREAKS: readonly (string | null | undefined)[] = [
  "nothing",
  "writers",
  "readers",
] satisfies Breaks[];

/** `migrations_applied.sql`. A record that an older finpipe made has no column for what breaks. */
export const APPLIED = { version: is.integer, breaks: v.optional(is.nullable(is.text)) };

export function appliedMigration({ version, breaks }: RowOf<typeof APPLIED>): AppliedMigration {
  return { version, breaks: isBreaks(breaks) ? breaks : undefined };
}

function isBreaks(word: string | null | undefined): word is Breaks {
  return BREAKS.includes(word);
}
