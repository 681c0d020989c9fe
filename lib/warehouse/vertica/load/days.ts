/** Days of the Vertica warehouse's staging: replaced as a whole, and put back. */
import measureDaySql from "../../../../sql/warehouse/vertica/measure_day.sql" with { type: "text" };
import recordSql from "../../../../sql/warehouse/vertica/record.sql" with { type: "text" };
import recordOfLoad from "../../../../sql/warehouse/vertica/record_of_load.sql" with {
  type: "text",
};
import sideTableSql from "../../../../sql/warehouse/vertica/side_table.sql" with { type: "text" };
import type { DatasetName } from "../../../events/dataset.ts";
import type { PartitionFile } from "../../../partitions/partition_file.ts";
import { dayArgument } from "../../../partitions/run_date.ts";
import { FinpipeError } from "../../../runtime/errors.ts";
import { VERSION } from "../../../runtime/version.ts";
import * as is from "../../../sql/columns.ts";
import { templatesOf } from "../../../sql/template.ts";
import { controlText, overLimit, recordOf, refuseShrink } from "../../load_checks.ts";
import { originValues } from "../../load_origins.ts";
import { DAY_MEASURE, LOAD_RECORD, loadRecordOf } from "../../load_records.ts";
import type { DayMeasure, LoadLimits, LoadRecord, ReplacedDay } from "../../repository.ts";
import { type Subject, subjectValues } from "../../variables.ts";
import { verticaQuery } from "../query.ts";
import type { VerticaScope } from "../scope.ts";
import { type SideSubject, sideValues } from "../variables.ts";
import { refuseChanged } from "./changed_strings.ts";
import type { HeldLock } from "../held_lock.ts";
import { copyFile } from "./parallel_copy.ts";
import { keepUnfit, type Refused, sumOf } from "./refused_rows.ts";
import { type DayFingerprint, fingerprintOf } from "./side_table.ts";
import { isPending, pruneRefused, readUndo, recover, swapDay, tidy } from "./swap.ts";

const MEASURE_DAY = verticaQuery("measure_day", measureDaySql, DAY_MEASURE);
const RECORD = verticaQuery("record", recordSql, LOAD_RECORD);
const RECORD_OF_LOAD = verticaQuery("record_of_load", recordOfLoad, {
  ...LOAD_RECORD,
  loadId: is.text,
});
const SIDE_TABLE = templatesOf(sideTableSql);

/** What was taken into a side table, and what was not. */
interface Filled {
  taken: DayFingerprint;
  refused: Refused;
}

/**
 * Fills a side table from the file, compares it with the manifest, and swaps it in for the day. Ends
 * first what a killed load left; where that was a load of this very file, there is no more to do.
 *
 * @param loadId the same for each try of one load: where a try was recorded and only its answer lost,
 * a second one would put the new day in the place of the undo
 * @throws FinpipeError of kind `data`; the side table is dropped and the old day stays
 */
export async function replaceDay(
  scope: VerticaScope,
  lock: HeldLock,
  file: PartitionFile,
  limits: LoadLimits,
  loadId: string,
): Promise<ReplacedDay> {
  const { dataset, partition: day, manifest } = file;
  const subject: SideSubject = { dataset, day, loadId };
  const recovered = await recover(scope, dataset);
  await tidy(scope, subject);
  if (recovered?.day.equals(day) && recovered.record?.sha256 === manifest.sha256) {
    return await withUndo(scope, dataset, recovered.record);
  }
  const row = await scope.transaction(() =>
    scope.selectFirst(RECORD_OF_LOAD, subjectValues(subject))
  );
  const before = row === undefined ? undefined : loadRecordOf(dataset, row);
  if (before !== undefined && row?.loadId === loadId) {
    return await withUndo(scope, dataset, before);
  }
  refuseShrink(file, before, limits);
  await scope.session.transaction(() => pruneRefused(scope, subject));
  try {
    await scope.commit(SIDE_TABLE, sideValues(subject));
    const { taken, refused } = await fill(scope, file, subject, limits);
    if (refused.count > BigInt(limits.maxRejected)) {
      throw overLimit(file, {
        refused: refused.count,
        atLeast: refused.atLeast ?? false,
        maxRejected: limits.maxRejected,
        first: refused.first,
        stagingSchema: scope.schemas.stagingSchema,
      });
    }
    const record = recordOf(file, taken, refused.count);
    const planned = {
      subject,
      after: taken,
      isUndo: false,
      record: {
        sha256: manifest.sha256,
        manifest_rows: manifest.rows,
        manifest_control_total: manifest.control_total,
        refused: refused.count,
        now: scope.timestamp,
        version: VERSION,
      },
      origin: originValues(manifest),
    };
    file.watch?.begin("swapping");
    await swapDay(scope, lock, planned, limits.signal);
    return { ...record, before };
  } finally {
    await cleanUp(scope, subject);
  }
}

/**
 * Puts the day back as it was before its last load.
 *
 * @param attempt the same for each try of one undo: if a try was recorded and only its answer was
 * lost, the undo is used up
 * @returns false, and nothing is changed, where the dataset's undo is of another day or used up
 * @throws FinpipeError of kind `data` where the undo is not what was recorded
 */
export async function undoDay(
  scope: VerticaScope,
  lock: HeldLock,
  { dataset, day }: Subject,
  { signal, attempt }: { signal: AbortSignal; attempt: { isBegun: boolean } },
): Promise<boolean> {
  const recovered = await recover(scope, dataset);
  if (recovered?.isUndo && recovered.day.equals(day)) {
    await cleanUp(scope, { dataset, day });
    return true;
  }
  const kept = await readUndo(scope, dataset);
  if (kept === undefined && attempt.isBegun) return true;
  if (kept === undefined || !kept.day.equals(day)) return false;
  const subject: SideSubject = { dataset, day, loadId: kept.sideLoadId };
  const after = await scope.session.transaction(() => fingerprintOf(scope, "side", subject));
  const { rows, controlTotal } = kept.record ?? { rows: 0n, controlTotal: after.controlTotal };
  if (after.rows !== rows || after.controlTotal !== controlTotal) {
    throw new FinpipeError(
      "data",
      `Cannot undo the load of ${dataset} for ${day}: the day that was kept has ` +
        `${after.rows} rows, and ${rows} were recorded, or its control total differs`,
      { hint: `Load the day again: 'finpipe load ${dayArgument(day)} --force'` },
    );
  }
  const record = {
    sha256: null,
    manifest_rows: null,
    manifest_control_total: null,
    refused: null,
    now: null,
    version: null,
  };
  attempt.isBegun = true;
  await swapDay(scope, lock, { subject, after, isUndo: true, record }, signal);
  await cleanUp(scope, subject);
  return true;
}

/** A load that an earlier try brought to its end: what stood before is what its undo puts back. */
async function withUndo(
  scope: VerticaScope,
  dataset: DatasetName,
  record: LoadRecord,
): Promise<ReplacedDay> {
  return { ...record, before: (await readUndo(scope, dataset))?.record };
}

/** The record of a day's load; undefined where it was never loaded. */
export async function loadRecord(
  scope: VerticaScope,
  subject: Subject,
): Promise<LoadRecord | undefined> {
  const row = await scope.transaction(() => scope.selectFirst(RECORD, subjectValues(subject)));
  return row === undefined ? undefined : loadRecordOf(subject.dataset, row);
}

/** Counts what stands for a day. */
export async function measureDay(scope: VerticaScope, subject: Subject): Promise<DayMeasure> {
  const { rows, controlTotal } = await scope.transaction(() =>
    scope.selectOne(MEASURE_DAY, subjectValues(subject))
  );
  return { rows, controlTotal: controlText(subject.dataset, controlTotal) };
}

/** What was refused is kept whatever comes of the load. */
async function fill(
  scope: VerticaScope,
  file: PartitionFile,
  subject: SideSubject,
  limits: LoadLimits,
): Promise<Filled> {
  const rejected = await copyFile(scope, file, subject, limits);
  file.watch?.begin("comparing");
  return await scope.session.transaction(async () => {
    const changed = await refuseChanged(scope, subject, file, limits);
    file.watch?.begin("comparing");
    const refused = sumOf([...rejected, changed, await keepUnfit(scope, subject)]);
    return { refused, taken: await fingerprintOf(scope, "side", subject) };
  });
}

/** Whatever came of the load is what counts; a side table that stays is dropped by the next one. */
async function cleanUp(scope: VerticaScope, { dataset, day }: Subject): Promise<void> {
  if (scope.session.isBroken) return;
  try {
    if (!await isPending(scope, dataset)) await tidy(scope, { dataset, day });
  } catch {
    // What stays is dropped by the next load.
  }
}
