/** Reading the record of migrations. */
import type { AppliedMigration, Breaks } from "./migration.ts";

const BREAKS: readonly string[] = ["nothing", "writers", "readers"] satisfies Breaks[];

/**
 * A row of the record, each value in its text form. One that an older finpipe made has no column for
 * what breaks.
 */
export function appliedOf(row: Readonly<Record<string, string | null>>): AppliedMigration {
  const { version, breaks } = row;
  return { version: Number(version), breaks: isBreaks(breaks) ? breaks : undefined };
}

function isBreaks(text: string | null | undefined): text is Breaks {
  return text !== null && text !== undefined && BREAKS.includes(text);
}
