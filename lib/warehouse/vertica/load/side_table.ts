/** The side table of a load: filled from the partition file, counted, and dropped. */
import copyCurrencies from "../../../../sql/warehouse/vertica/side_table_copy_currencies.sql" with {
  type: "text",
};
import copyTransactions from "../../../../sql/warehouse/vertica/side_table_copy_transactions.sql" with {
  type: "text",
};
import fingerprintCurrencies from "../../../../sql/warehouse/vertica/fingerprint_currencies.sql" with {
  type: "text",
};
import fingerprintTransactions from "../../../../sql/warehouse/vertica/fingerprint_transactions.sql" with {
  type: "text",
};
import drop from "../../../../sql/warehouse/vertica/side_table_drop.sql" with { type: "text" };
import list from "../../../../sql/warehouse/vertica/side_tables.sql" with { type: "text" };
import type { DatasetName } from "../../../events/dataset.ts";
import { codeOf, isKind } from "../../../runtime/errors.ts";
import { NOT_TAKEN, withoutLength } from "../../enforced_length.ts";
import { controlText } from "../../load_checks.ts";
import type { DayMeasure } from "../../repository.ts";
import type { VerticaScope } from "../scope.ts";
import { loadKey, sideTable, statementsFor, type Subject } from "../statements.ts";

const COPY: Record<DatasetName, string> = {
  transactions: copyTransactions,
  currencies: copyCurrencies,
};
const FINGERPRINT: Record<DatasetName, string> = {
  transactions: fingerprintTransactions,
  currencies: fingerprintCurrencies,
};

/** What a day of a table holds. */
export interface DayFingerprint extends DayMeasure {
  /** Tells the same rows from others, in whatever order they stand. */
  fingerprint: string;
}

/** A load's subject. */
export type SideSubject = Subject & { loadId: string };

/**
 * Streams bytes of CSV into the side table; nothing is committed.
 *
 * Where the server does not take it together with ENFORCELENGTH, it is said without (enforced_length.ts).
 *
 * @param pieces begins anew each time
 * @param name shown as the stream's name in `v_monitor.load_streams`
 */
export async function fillSideTable(
  { session, schemas }: VerticaScope,
  subject: SideSubject,
  pieces: () => AsyncIterable<Uint8Array>,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<void> {
  const values = { stream_name: name };
  const [statement] = statementsFor(COPY[subject.dataset], schemas, values, subject);
  let isBegun = false;
  async function* watched() {
    isBegun = true;
    yield* pieces();
  }
  try {
    await session.copy(statement!, watched(), signal);
  } catch (error) {
    if (isBegun || !isNotTaken(error)) throw error;
    await session.copy(withoutLength(statement!), pieces(), signal).catch((next) => {
      // It was not for that word.
      throw isNotTaken(next) ? error : next;
    });
  }
}

function isNotTaken(error: unknown): boolean {
  return NOT_TAKEN.test(codeOf((error as { cause?: unknown }).cause) ?? "");
}

/** Counts the day in the side table, or in the target. */
export async function fingerprintOf(
  { session, schemas }: VerticaScope,
  table: "side" | "target",
  subject: SideSubject,
): Promise<DayFingerprint> {
  const { dataset, loadId } = subject;
  const [statement] = statementsFor(FINGERPRINT[dataset], schemas, {}, subject);
  const text = table === "side"
    ? statement!
    : statement!.replace(sideTable(dataset, loadId), dataset);
  const [row] = await session.query(text);
  return {
    rows: BigInt(row!.rows!),
    controlTotal: controlText(dataset, row!.control_total!),
    fingerprint: row!.fingerprint!,
  };
}

/** Drops every side table of the dataset but the given load's: loads that died left them. */
export async function dropSideTables(
  scope: VerticaScope,
  subject: Subject,
  keep: string | undefined,
): Promise<void> {
  const kept = keep === undefined ? undefined : loadKey(keep);
  const rows = await scope.commit(list, {
    staging_schema: scope.schemas.stagingSchema,
    pattern: `${subject.dataset}!_load!_%`,
  });
  for (const { table_name } of rows) {
    const key = /_load_([0-9a-f]{12})$/.exec(table_name!)?.[1];
    if (key === undefined || key === kept) continue;
    try {
      await scope.commit(drop, {}, { ...subject, loadId: key });
    } catch (error) {
      // A server that has not noticed that its client died: the next load drops it.
      if (!isKind(error, "locked")) throw error;
    }
  }
}
