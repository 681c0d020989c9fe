/**
 * Swapping a day in, or back, so that whatever ends the program leaves the old day or the new one,
 * and a record that is made to agree.
 *
 * A partition function may commit the transaction that it is called in, so the swap and its record
 * cannot be one. What is about to be swapped is committed first, with a fingerprint of the day as it
 * will be; the record is written afterwards. Who finds such an entry later compares fingerprints: the
 * day is as it should be and only the record is missing, or the swap never was.
 */
import pendingClear from "../../../../sql/warehouse/vertica/pending_clear.sql" with {
  type: "text",
};
import pendingRead from "../../../../sql/warehouse/vertica/pending_read.sql" with { type: "text" };
import pendingWrite from "../../../../sql/warehouse/vertica/pending_write.sql" with {
  type: "text",
};
import recordWrite from "../../../../sql/warehouse/vertica/record_write.sql" with { type: "text" };
import refusedPrune from "../../../../sql/warehouse/vertica/refused_prune.sql" with {
  type: "text",
};
import swap from "../../../../sql/warehouse/vertica/swap.sql" with { type: "text" };
import undoKept from "../../../../sql/warehouse/vertica/undo_kept.sql" with { type: "text" };
import undoWrite from "../../../../sql/warehouse/vertica/undo_write.sql" with { type: "text" };
import type { DatasetName } from "../../../events/dataset.ts";
import { isKind } from "../../../runtime/errors.ts";
import { retrying } from "../../../runtime/retry.ts";
import { controlText } from "../../load_checks.ts";
import type { LoadRecord } from "../../repository.ts";
import { isOfClass } from "../connection/failure.ts";
import type { LoadLock } from "./load_lock.ts";
import type { VerticaScope } from "../scope.ts";
import {
  type DayFingerprint,
  dropSideTables,
  fingerprintOf,
  type SideSubject,
} from "./side_table.ts";
import type { VerticaRow } from "../connection/session.ts";
import type { SqlValues, Subject } from "../statements.ts";

/**
 * How a swap is tried again. One that meets a mergeout of the same container, or a load into the day,
 * fails and is to be called again (Vertica documentation, partition functions): by the pages of
 * SQLSTATEs as 55000 (2088) or 55V04 (2082, 2083), which nobody has seen here. So whatever else may
 * pass is tried again too. Tries are counted, not timed: one that waits for a lock may take minutes.
 */
const MOST_SWAPS = 4;
const SWAP_RETRY = {
  retryFor: Infinity,
  firstDelay: 700,
  // Once the wish to swap is written down, it is brought to an end.
  signal: new AbortController().signal,
};

/** What the undo of a dataset would put back. */
export interface UndoKept {
  day: Temporal.PlainDate;
  /** The load that replaced it: its side table holds the rows. */
  sideLoadId: string;
  /** The record as it was; undefined where the day had never been loaded. */
  record: LoadRecord | undefined;
}

/** A swap with what is known of it before it is done. */
export interface PlannedSwap {
  subject: SideSubject;
  /** The day as it will be. */
  after: DayFingerprint;
  isUndo: boolean;
  /** The rest of the record, by the columns of `load_pending`; NULL for an undo. */
  record: SqlValues;
}

/** Swaps the day and records it; the swap is all or nothing, and is healed by {@link recover}. */
export async function swapDay(
  scope: VerticaScope,
  lock: LoadLock,
  { subject, after, isUndo, record }: PlannedSwap,
  signal: AbortSignal,
): Promise<void> {
  await lock.check();
  signal.throwIfAborted();
  await scope.commit(pendingWrite, {
    ...record,
    dataset: subject.dataset,
    is_undo: isUndo,
    side_load_id: subject.loadId,
    fingerprint: after.fingerprint,
    rows: after.rows,
    control_total: after.controlTotal,
  }, subject);
  try {
    await trySwap(scope, subject, after);
  } catch (error) {
    // Of a lost connection nobody knows yet what came of it; else the day itself says it.
    if (scope.session.isBroken || await recover(scope, subject.dataset) === undefined) throw error;
    return;
  }
  await writeRecord(scope, subject, isUndo);
}

/** A swap that was found recorded as pending, and what came of it. */
export interface Recovered {
  day: Temporal.PlainDate;
  isUndo: boolean;
  /** Of a load: its record, now written. */
  record: LoadRecord | undefined;
}

/**
 * Ends what a killed load or undo began: writes the record of a swap that came to pass, and forgets
 * one that did not.
 *
 * @returns undefined where no swap came to pass that was not recorded
 */
export async function recover(
  scope: VerticaScope,
  dataset: DatasetName,
): Promise<Recovered | undefined> {
  const [row] = await scope.commit(pendingRead, { dataset });
  if (row === undefined) return undefined;
  const day = Temporal.PlainDate.from(row.partition_date!);
  const subject = { dataset, day, loadId: row.side_load_id! };
  const isUndo = row.is_undo === "t";
  const after = { fingerprint: row.fingerprint!, rows: BigInt(row.rows!) };
  if (!await isSwapped(scope, subject, after)) {
    await scope.commit(pendingClear, { dataset });
    return undefined;
  }
  await writeRecord(scope, subject, isUndo);
  if (isUndo) return { day, isUndo, record: undefined };
  return { day, isUndo, record: recordIn(dataset, row) };
}

/** The record of a load, from a row of whichever table keeps it. */
export function recordIn(dataset: DatasetName, row: VerticaRow): LoadRecord {
  return {
    sha256: row.sha256!,
    manifestRows: BigInt(row.manifest_rows!),
    rows: BigInt(row.rows!),
    refused: BigInt(row.refused!),
    controlTotal: controlText(dataset, row.control_total!),
  };
}

/** Whether a swap was written down and is not recorded yet: its side table must stay. */
export async function isPending(scope: VerticaScope, dataset: DatasetName): Promise<boolean> {
  return (await scope.commit(pendingRead, { dataset })).length > 0;
}

/** The undo that is kept of a dataset. */
export async function readUndo(
  scope: VerticaScope,
  dataset: DatasetName,
): Promise<UndoKept | undefined> {
  const [row] = await scope.commit(undoKept, { dataset });
  if (row === undefined) return undefined;
  return {
    day: Temporal.PlainDate.from(row.partition_date!),
    sideLoadId: row.side_load_id!,
    record: row.sha256 === null ? undefined : recordIn(dataset, row),
  };
}

/** Drops the side tables of loads that neither stand nor can be put back. */
export async function tidy(scope: VerticaScope, subject: Subject): Promise<void> {
  const kept = await readUndo(scope, subject.dataset);
  await dropSideTables(scope, subject, kept?.sideLoadId);
}

/** Refused rows of a day follow the day. */
export async function pruneRefused(scope: VerticaScope, { dataset, day }: Subject): Promise<void> {
  await scope.run(refusedPrune, { dataset, day: day.toString() });
}

/** Whether the day in the target is the one that was to come. */
async function isSwapped(
  scope: VerticaScope,
  subject: SideSubject,
  after: Pick<DayFingerprint, "fingerprint" | "rows">,
): Promise<boolean> {
  const found = await scope.session.transaction(() => fingerprintOf(scope, "target", subject));
  return found.fingerprint === after.fingerprint && found.rows === after.rows;
}

async function trySwap(
  scope: VerticaScope,
  subject: SideSubject,
  after: DayFingerprint,
): Promise<void> {
  let tries = 0;
  await retrying(async () => {
    // One that failed may have come to pass all the same, and once more would swap the old day back.
    if (++tries > 1 && await isSwapped(scope, subject, after)) return;
    await scope.session.transaction(() => scope.run(swap, {}, subject));
  }, { ...SWAP_RETRY, isRetriable: (error) => tries < MOST_SWAPS && mayPass(error) });
}

/** Room on a disk, or a limit that a DBA sets, does not come in seconds. */
function mayPass(error: unknown): boolean {
  if (isOfClass(error, "disk") || isOfClass(error, "limit")) return false;
  return isKind(error, "failed") || isKind(error, "locked");
}

async function writeRecord(
  scope: VerticaScope,
  subject: SideSubject,
  isUndo: boolean,
): Promise<void> {
  const { dataset } = subject;
  const before = await readUndo(scope, dataset);
  await scope.session.transaction(async () => {
    await scope.run(isUndo ? undoWrite : recordWrite, { dataset }, subject);
    await pruneRefused(scope, subject);
    if (before !== undefined && !before.day.equals(subject.day)) {
      await pruneRefused(scope, { dataset, day: before.day });
    }
  });
}
