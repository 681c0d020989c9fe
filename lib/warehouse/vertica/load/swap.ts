/**
 * Swapping a day in, or back, so that whatever ends the program leaves the old day or the new one,
 * and a record that is made to agree.
 *
 * A partition function may commit the transaction that it is called in, so the swap and its record
 * cannot be one. What is about to be swapped is committed first, with a fingerprint of the day as it
 * will be; the record is written afterwards. Who finds such an entry later compares fingerprints: the
 * day is as it should be and only the record is missing, or the swap never was.
 */
import fingerprintWrite from "../../../../sql/warehouse/vertica/fingerprint_write.sql" with {
  type: "text",
};
import originWrite from "../../../../sql/warehouse/vertica/origin_write.sql" with { type: "text" };
import pendingClear from "../../../../sql/warehouse/vertica/pending_clear.sql" with {
  type: "text",
};
import pendingRead from "../../../../sql/warehouse/vertica/pending_read.sql" with { type: "text" };
import pendingWrite from "../../../../sql/warehouse/vertica/pending_write.sql" with {
  type: "text",
};
import ratesWrite from "../../../../sql/warehouse/vertica/rates_write.sql" with { type: "text" };
import recordsPrune from "../../../../sql/warehouse/vertica/records_prune.sql" with {
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
import * as is from "../../../sql/columns.ts";
import { type SqlValues, templatesOf } from "../../../sql/template.ts";
import { LOAD_RECORD, MAYBE_LOAD_RECORD, maybeLoadRecordOf } from "../../load_records.ts";
import type { LoadRecord } from "../../repository.ts";
import { type Subject, subjectValues, tablePath } from "../../variables.ts";
import { isOfClass } from "../connection/failure.ts";
import { verticaQuery } from "../query.ts";
import type { VerticaScope } from "../scope.ts";
import { type SideSubject, sideTable, sideValues } from "../variables.ts";
import type { HeldLock } from "../held_lock.ts";
import { type DayFingerprint, dropSideTables, fingerprintOf } from "./side_table.ts";

const PENDING = verticaQuery("pending_read", pendingRead, {
  ...MAYBE_LOAD_RECORD,
  partitionDate: is.day,
  isUndo: is.boolean,
  sideLoadId: is.text,
  fingerprint: is.decimal,
  rows: LOAD_RECORD.rows,
});
const UNDO_KEPT = verticaQuery("undo_kept", undoKept, {
  ...MAYBE_LOAD_RECORD,
  partitionDate: is.day,
  sideLoadId: is.text,
});
const FINGERPRINT_WRITE = templatesOf(fingerprintWrite);
const ORIGIN_WRITE = templatesOf(originWrite);
const PENDING_CLEAR = templatesOf(pendingClear);
const PENDING_WRITE = templatesOf(pendingWrite);
const RATES_WRITE = templatesOf(ratesWrite);
const RECORDS_PRUNE = templatesOf(recordsPrune);
const RECORD_WRITE = templatesOf(recordWrite);
const REFUSED_PRUNE = templatesOf(refusedPrune);
const SWAP = templatesOf(swap);
const UNDO_WRITE = templatesOf(undoWrite);

/**
 * How a swap is tried again. One that meets a mergeout of the same container, or a load into the day,
 * fails and is to be called again (Vertica documentation, partition functions): by the pages of
 * SQLSTATEs as 55000 (2088) or 55V04 (2082, 2083), which nobody has seen here. So whatever else may
 * pass is tried again too. Tries are counted, not timed: one that waits for a lock may take minutes.
 */
export const MOST_SWAPS = 4;
export const SWAP_RETRY = {
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
  /** The dump that it is of, by the columns of `load_origins`; an undo has none. */
  origin?: SqlValues;
}

/** Swaps the day and records it; the swap is all or nothing, and is healed by {@link recover}. */
export async function swapDay(
  scope: VerticaScope,
  lock: HeldLock,
  { subject, after, isUndo, record, origin }: PlannedSwap,
  signal: AbortSignal,
): Promise<void> {
  await lock.check();
  signal.throwIfAborted();
  await scope.transaction(async () => {
    await scope.run(PENDING_WRITE, {
      ...record,
      ...subjectValues(subject),
      is_undo: isUndo,
      side_load_id: subject.loadId,
      fingerprint: after.fingerprint,
      rows: after.rows,
      control_total: after.controlTotal,
    });
    if (origin === undefined) return;
    const values = sideValues(subject);
    await scope.run(ORIGIN_WRITE, { ...values, ...origin });
    await scope.run(FINGERPRINT_WRITE, { ...values, fingerprint: after.fingerprint });
  });
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
  const found = await scope.transaction(() => scope.selectFirst(PENDING, { dataset }));
  if (found === undefined) return undefined;
  const { partitionDate: day, sideLoadId: loadId, isUndo } = found;
  const subject = { dataset, day, loadId };
  if (!await isSwapped(scope, subject, found)) {
    await scope.commit(PENDING_CLEAR, { dataset });
    return undefined;
  }
  await writeRecord(scope, subject, isUndo);
  return { day, isUndo, record: isUndo ? undefined : maybeLoadRecordOf(dataset, found) };
}

/** Whether a swap was written down and is not recorded yet: its side table must stay. */
export async function isPending(scope: VerticaScope, dataset: DatasetName): Promise<boolean> {
  const found = await scope.transaction(() => scope.selectFirst(PENDING, { dataset }));
  return found !== undefined;
}

/** The undo that is kept of a dataset. */
export async function readUndo(
  scope: VerticaScope,
  dataset: DatasetName,
): Promise<UndoKept | undefined> {
  const found = await scope.transaction(() => scope.selectFirst(UNDO_KEPT, { dataset }));
  if (found === undefined) return undefined;
  const { partitionDate: day, sideLoadId } = found;
  return { day, sideLoadId, record: maybeLoadRecordOf(dataset, found) };
}

/** Drops the side tables of loads that neither stand nor can be put back. */
export async function tidy(scope: VerticaScope, subject: Subject): Promise<void> {
  const kept = await readUndo(scope, subject.dataset);
  await dropSideTables(scope, subject, kept?.sideLoadId);
}

/** Refused rows of a day follow the day. */
export async function pruneRefused(scope: VerticaScope, subject: Subject): Promise<void> {
  await scope.run(REFUSED_PRUNE, subjectValues(subject));
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
    // A swap that failed may still have happened, and a second one would swap the old day back.
    if (++tries > 1 && await isSwapped(scope, subject, after)) return;
    await scope.commit(SWAP, swapValues(scope, subject));
  }, { ...SWAP_RETRY, isRetriable: (error) => tries < MOST_SWAPS && mayPass(error) });
}

/** The function is given its tables as texts. */
function swapValues({ schemas: { stagingSchema } }: VerticaScope, subject: SideSubject): SqlValues {
  const { dataset, loadId } = subject;
  return {
    ...sideValues(subject),
    side_table_path: tablePath(stagingSchema, sideTable(dataset, loadId)),
    dataset_table_path: tablePath(stagingSchema, dataset),
  };
}

/** Room on a disk, or a limit that a DBA sets, does not come in seconds. */
export function mayPass(error: unknown): boolean {
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
    const values = { ...subjectValues(subject), now: scope.timestamp };
    await scope.run(isUndo ? UNDO_WRITE : RECORD_WRITE, values);
    if (dataset === "currencies") await scope.run(RATES_WRITE, values);
    if (!isUndo) await scope.run(RECORDS_PRUNE, values);
    await pruneRefused(scope, subject);
    if (before !== undefined && !before.day.equals(subject.day)) {
      await pruneRefused(scope, { dataset, day: before.day });
    }
  });
}
