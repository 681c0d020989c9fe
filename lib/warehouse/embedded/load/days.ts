/** Days of the embedded warehouse's staging: replaced as a whole, and put back. */
import fingerprintWrite from "../../../../sql/warehouse/embedded/fingerprint_write.sql" with {
  type: "text",
};
import originWrite from "../../../../sql/warehouse/embedded/origin_write.sql" with { type: "text" };
import ratesWrite from "../../../../sql/warehouse/embedded/rates_write.sql" with { type: "text" };
import recordsPrune from "../../../../sql/warehouse/embedded/records_prune.sql" with {
  type: "text",
};
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
import undoneWrite from "../../../../sql/warehouse/embedded/undone_write.sql" with { type: "text" };
import type { DatasetName } from "../../../events/dataset.ts";
import type { PartitionFile } from "../../../partitions/partition_file.ts";
import { VERSION } from "../../../runtime/version.ts";
import * as is from "../../../sql/columns.ts";
import { query } from "../../../sql/query.ts";
import { SqlTemplate } from "../../../sql/template.ts";
import { controlText, recordOf, refuseShrink } from "../../load_checks.ts";
import { originValues } from "../../load_origins.ts";
import { DAY_MEASURE } from "../../load_records.ts";
import type { LoadLimits, LoadRecord, ReplacedDay } from "../../repository.ts";
import { type Subject, subjectValues } from "../../variables.ts";
import type { EmbeddedScope } from "../scope.ts";
import { tableValues } from "../variables.ts";
import { SideTableCopy } from "./side_table_copy.ts";

const MEASURE = query("warehouse/embedded/side_table_measure", sideTableMeasure, {
  ...DAY_MEASURE,
  fingerprint: is.decimal,
});
const FINGERPRINT_WRITE = new SqlTemplate(fingerprintWrite);
const UNDO_KEPT = query("warehouse/embedded/undo_kept", undoKept, {
  partitionDate: is.day,
  sha256: is.nullable(is.text),
});
const ORIGIN_WRITE = new SqlTemplate(originWrite);
const RATES_WRITE = new SqlTemplate(ratesWrite);
const RECORDS_PRUNE = new SqlTemplate(recordsPrune);
const RECORD_WRITE = new SqlTemplate(recordWrite);
const REFUSED_PRUNE = new SqlTemplate(refusedPrune);
const SIDE_TABLE = new SqlTemplate(sideTable);
const SIDE_TABLE_DROP = new SqlTemplate(sideTableDrop);
const SWAP_BACK = new SqlTemplate(swapBack);
const SWAP_IN = new SqlTemplate(swapIn);
const SWAP_OUT = new SqlTemplate(swapOut);
const UNDO_DONE = new SqlTemplate(undoDone);
const UNDO_KEEP = new SqlTemplate(undoKeep);
const UNDO_LOAD = new SqlTemplate(undoLoad);
const UNDONE_WRITE = new SqlTemplate(undoneWrite);

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
  const { dataset, partition: day } = file;
  const tables = tableValues({ dataset, day });
  const loadId = crypto.randomUUID();
  refuseShrink(file, before, limits);
  await pruneRefused(scope, { dataset, day });
  await scope.execute(SIDE_TABLE, tables);
  try {
    const refused = await new SideTableCopy(scope, file, loadId, limits).run();
    file.watch?.begin("comparing");
    const { record, fingerprint } = await compare(scope, file, refused);
    limits.signal.throwIfAborted();
    file.watch?.begin("swapping");
    await scope.session.transaction(async () => {
      const kept = await scope.selectFirst(UNDO_KEPT, { dataset });
      await scope.execute(UNDO_KEEP, tables);
      if (before !== undefined) await scope.execute(SWAP_OUT, tables);
      await scope.execute(SWAP_IN, tables);
      await writeRecord(scope, file, loadId, record);
      const subject = { ...subjectValues({ dataset, day }), load_id: loadId };
      await scope.run(FINGERPRINT_WRITE, { ...subject, fingerprint });
      if (dataset === "currencies") await scope.execute(RATES_WRITE, tables);
      await scope.execute(RECORDS_PRUNE, tables);
      await pruneRefused(scope, { dataset, day });
      if (kept !== undefined) await pruneRefused(scope, { dataset, day: kept.partitionDate });
    });
    return { ...record, before };
  } catch (error) {
    // The failure is what counts; a side table that stays behind is dropped by the next load.
    await scope.execute(SIDE_TABLE_DROP, tables).catch(() => {});
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
  const tables = tableValues({ dataset, day });
  return await scope.session.transaction(async () => {
    const kept = await scope.selectFirst(UNDO_KEPT, { dataset });
    if (kept === undefined || !kept.partitionDate.equals(day)) return false;
    await scope.run(UNDONE_WRITE, { ...subjectValues({ dataset, day }), now: scope.timestamp });
    await scope.execute(UNDO_LOAD, tables);
    // Where it had been loaded before.
    if (kept.sha256 !== null) await scope.execute(SWAP_BACK, tables);
    if (dataset === "currencies") await scope.execute(RATES_WRITE, tables);
    await scope.execute(UNDO_DONE, tables);
    await pruneRefused(scope, { dataset, day });
    return true;
  });
}

/** Compares the side table with the manifest; what stands in it is what is swapped in. */
async function compare(
  scope: EmbeddedScope,
  file: PartitionFile,
  refused: number,
): Promise<{ record: LoadRecord; fingerprint: string }> {
  const { dataset, partition: day } = file;
  const found = await scope.selectOne(MEASURE, tableValues({ dataset, day }));
  const taken = { rows: found.rows, controlTotal: controlText(dataset, found.controlTotal) };
  const { fingerprint } = found;
  return { record: recordOf(file, taken, BigInt(refused)), fingerprint };
}

async function writeRecord(
  scope: EmbeddedScope,
  { dataset, partition: day, manifest }: PartitionFile,
  loadId: string,
  record: LoadRecord,
): Promise<void> {
  const subject = { ...subjectValues({ dataset, day }), load_id: loadId };
  await scope.run(ORIGIN_WRITE, { ...subject, ...originValues(manifest) });
  await scope.run(RECORD_WRITE, {
    ...subject,
    sha256: record.sha256,
    manifest_rows: manifest.rows,
    manifest_control_total: manifest.control_total,
    rows: record.rows,
    refused: record.refused,
    control_total: record.controlTotal,
    now: scope.timestamp,
    version: VERSION,
  });
}

async function pruneRefused(scope: EmbeddedScope, subject: Subject): Promise<void> {
  await scope.run(REFUSED_PRUNE, subjectValues(subject));
}
