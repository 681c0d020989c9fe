/** What staging knows of its days, from its records. */
import stagedDaySources from "../../../sql/staging/staged_day_sources.sql" with { type: "text" };
import stagedDays from "../../../sql/staging/staged_days.sql" with { type: "text" };
import { DATASET_NAMES } from "../../events/dataset.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import { select } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { boolean, day, integer, nullable, oneOf, text, timestamp } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import type { SourceRows } from "../../standing/facts.ts";
import type { StagedDay } from "../days.ts";

const STAGED_DAYS = query("staging/staged_days", stagedDays, {
  dataset: oneOf(DATASET_NAMES),
  day,
  landed: integer,
  sha256: nullable(text),
  dumpedRows: nullable(integer),
  stagedRows: nullable(integer),
  createdAt: nullable(timestamp),
  complete: nullable(boolean),
  prunedRows: nullable(integer),
  prunedAt: nullable(timestamp),
});

const SOURCES = query("staging/staged_day_sources", stagedDaySources, {
  dataset: oneOf(DATASET_NAMES),
  day,
  isDump: boolean,
  source: text,
  partition: integer,
  rows: integer,
});

/** The days of a range, in order of day and dataset. */
export async function readStagedDays(
  session: SqlSession,
  { from, to }: DateRange,
): Promise<StagedDay[]> {
  const rows = await select(session, STAGED_DAYS, {
    first_day: from.toString(),
    last_day: to.toString(),
  });
  const days = rows.map(({ dataset, day, landed, sha256, prunedRows, ...rest }) => ({
    dataset,
    day,
    landed,
    sources: [] as SourceRows[],
    // A dump's columns are NULL together.
    dump: sha256 === null ? undefined : {
      sha256,
      rows: rest.dumpedRows!,
      stagedRows: rest.stagedRows!,
      sources: [] as SourceRows[],
      createdAt: rest.createdAt!,
      complete: rest.complete,
    },
    ...(prunedRows === null ? {} : { pruned: { rows: prunedRows, prunedAt: rest.prunedAt! } }),
  }));
  const changed = days.filter(({ dump, landed }) =>
    dump !== undefined && dump.stagedRows !== landed
  );
  if (changed.length > 0) await addSources(session, changed);
  return days;
}

async function addSources(
  session: SqlSession,
  days:
    readonly (StagedDay & { sources: SourceRows[]; dump: { sources: SourceRows[] } | undefined })[],
): Promise<void> {
  const keyOf = ({ dataset, day }: Pick<StagedDay, "dataset" | "day">) => `${dataset} ${day}`;
  const byKey = new Map(days.map((day) => [keyOf(day), day]));
  const found = await select(session, SOURCES, {
    datasets: `{${days.map(({ dataset }) => dataset).join()}}`,
    days: `{${days.map(({ day }) => day).join()}}`,
  });
  for (const { isDump, source, partition, rows, ...key } of found) {
    const day = byKey.get(keyOf(key));
    (isDump ? day?.dump : day)?.sources.push({ source, partition, rows });
  }
}
