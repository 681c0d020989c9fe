/** Reading the record of migrations. */
import * as v from "valibot";
import { integer } from "../sql/columns.ts";
import type { AppliedMigration, Breaks } from "./migration.ts";

const BREAKS: readonly Breaks[] = ["nothing", "writers", "readers"];

/** The columns of the record. One that an older finpipe made has none for what breaks. */
export const APPLIED = {
  version: integer,
  breaks: v.pipe(v.unknown(), v.transform((text) => BREAKS.find((breaks) => breaks === text))),
};

/**
 * A row of the record, each value in its text form. One that an older finpipe made has no column for
 * what breaks.
 */
export function appliedOf(row: Readonly<Record<string, string | null>>): AppliedMigration {
  const { version, breaks } = row;
  return { version: Number(version), breaks: BREAKS.find((known) => known === breaks) };
}
