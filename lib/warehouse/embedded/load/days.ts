/** Days of the embedded warehouse's staging: replaced as a whole, and put back. */
import recordWrite from "../../../../sql/warehouse/embedded/record_write.sql" with { type: "text" };
import refusedPrune from "../../../../sql/warehouse/embedded/refused_prune.sql" with {
  type: "text",
};
import sideTable from "../../../../sql/warehouse/embedded/side_table.sql" with { type: "text" };
import sideTableDrop from "../../../../sql/warehouse/embedded/side_table_drop.sql" with {
  type: "text",
};
import sideTableMeasure from "../../../../sql/warehouse/embedded/side_table_measure.sql" with {
  type: "text",
};
import swapBack from "../../../../sql/warehouse/embedded/swap_back.sql" with { type: "text" };
import swapIn from "../../../../sql/warehouse/embedded/swap_in.sql" with { type: "text" };
import swapOut from "../../../../sql/warehouse/embedded/swap_out.sql" with { type: "text" };
import undoDone from "../../../../sql/warehouse/embedded/undo_done.sql" with { type: "text" };
import undoKeep from "../../../../sql/warehouse/embedded/undo_keep.sql" with { type: "text" };
import undoKept from "../../../../sql/warehouse/embedded/undo_kept.sql" with { type: "text" };
import undoLoad from "../../../../sql/warehouse/embedded/undo_load.sql" with { type: "text" };
import type { DatasetName } from "../../../events/dataset.ts";
import type { PartitionFile } from "../../../partitions/partition_file.ts";
import { VERSION } from "../../../runtime/version.ts";
import { controlText, recordOf, refuseShrink } from "../../load_checks.ts";
import type { LoadLimits, LoadRecord, ReplacedDay } from "../../repository.ts";
import { forDay, forSchemas } from "../../sql_template.ts";
import { type EmbeddedScope, timestampOf } from "../scope.ts";
import { SideTableCopy } from "./side_table_copy.ts";

/**
 * Fills a side table from the file, compares it with the manifest, and swaps it in for the day.
 *
 * The swap, the undo and the record are one transaction; nothing is rewritten in it: the old day's
 * partition becomes the undo table.
 *
 * @param before the record of the day, which has a partition then
 * @throws FinpipeError of kind `data`; the side table is dropped and the old day stays
 */
export async function replaceDay(
  scope: EmbeddedScope,
  file: PartitionFile,
  limits: LoadLimits,
  before: LoadRecord | undefined,
): Promise<ReplacedDay> {
  const { session, schemas } = scope;
  const { dataset, partition } = file;
  const sql = (text: string) => forDay(text, schemas, dataset, partition);
  const loadId = crypto.randomUUID();
  refuseShrink(file, before, limits);
  await pruneRefused(scope, dataset, partition);
  await session.execute(sql(sideTable));
  try {
    const refused = await new SideTableCopy(scope, file, loadId, limits).run();
    file.watch?.begin("comparing");
    const record = await compare(scope, file, refused);
    limits.signal.throwIfAborted();
    file.watch?.begin("swapping");
    await session.transaction(async () => {
      const kept = await undoKeptFor(scope, dataset);
      await session.execute(sql(undoKeep));
      if (before !== undefined) await session.execute(sql(swapOut));
      await session.execute(sql(swapIn));
      await writeRecord(scope, file, loadId, record);
      await pruneRefused(scope, dataset, partition);
      if (kept !== undefined) await pruneRefused(scope, dataset, kept.day);
    });
    return { ...record, before };
  } catch (error) {
    // The failure is what counts; a side table that stays behind is dropped by the next load.
    await session.execute(sql(sideTableDrop)).catch(() => {});
    throw error;
  }
}

/**
 * Puts the day back as it was before its last load.
 *
 * @returns false, and nothing is changed, where the dataset's undo is of another day or used up
 */
export async function undoDay(
  scope: EmbeddedScope,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<boolean> {
  const { session, schemas } = scope;
  const sql = (text: string) => forDay(text, schemas, dataset, day);
  return await session.transaction(async () => {
    const kept = await undoKeptFor(scope, dataset);
    if (kept === undefined || !kept.day.equals(day)) return false;
    await session.execute(sql(undoLoad));
    if (kept.wasLoaded) await session.execute(sql(swapBack));
    await session.execute(sql(undoDone));
    await pruneRefused(scope, dataset, day);
    return true;
  });
}

/** Compares the side table with the manifest. */
async function compare(
  { session, schemas }: EmbeddedScope,
  file: PartitionFile,
  refused: number,
): Promise<LoadRecord> {
  const sql = forDay(sideTableMeasure, schemas, file.dataset, file.partition);
  const [row] = await session.query(sql);
  const controlTotal = controlText(file.dataset, row!.control_total!);
  return recordOf(file, { rows: BigInt(row!.rows!), controlTotal }, BigInt(refused));
}

async function writeRecord(
  scope: EmbeddedScope,
  { dataset, partition, manifest }: PartitionFile,
  loadId: string,
  record: LoadRecord,
): Promise<void> {
  await scope.session.query(forSchemas(recordWrite, scope.schemas), [
    dataset,
    partition.toString(),
    loadId,
    record.sha256,
    manifest.rows,
    manifest.control_total,
    record.rows,
    record.refused,
    record.controlTotal,
    timestampOf(scope),
    VERSION,
  ]);
}

async function pruneRefused(
  { session, schemas }: EmbeddedScope,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<void> {
  await session.query(forSchemas(refusedPrune, schemas), [dataset, day.toString()]);
}

async function undoKeptFor({ session, schemas }: EmbeddedScope, dataset: DatasetName) {
  const [row] = await session.query(forSchemas(undoKept, schemas), [dataset]);
  if (row === undefined) return undefined;
  return { day: Temporal.PlainDate.from(row.partition_date!), wasLoaded: row.sha256 !== null };
}
