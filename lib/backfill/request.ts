/** What a backfill is asked for. */
import type { DateRange } from "../partitions/run_date.ts";

export interface BackfillRequest {
  /** Run dates. @default all days that there is something of and that are over: with `stale` alone */
  range?: DateRange | undefined;
  /** Only dates of which something is stale. @default false */
  stale?: boolean;
  /** Run also what is fresh. @default false */
  force?: boolean;
  /** Names of steps. @default all */
  selected?: ReadonlySet<string> | undefined;
  /** From the last date to the first. @default false */
  newestFirst?: boolean;
  /** A date waits for the date before it, and is not begun where that one failed. @default true */
  dependsOnPast?: boolean;
  /** Dates that are worked on at once: but for one of them, they are only dumped. @default 1 */
  jobs?: number;
  /** Days of partition files to keep in the work dir. @default all */
  keepFiles?: number | undefined;
  /** The options as they were typed: the command that goes on repeats them. @default none */
  given?: readonly string[];
}
