/** The side table of a load: filled from the partition file, counted, and dropped. */
import fingerprintCurrencies from "../../../../sql/warehouse/vertica/fingerprint_currencies.sql" with {
  type: "text",
};
import fingerprintTransactions from "../../../../sql/warehouse/vertica/fingerprint_transactions.sql" with {
  type: "text",
};
import copyCurrencies from "../../../../sql/warehouse/vertica/side_table_copy_currencies.sql" with {
  type: "text",
};
import copyTransactions from "../../../../sql/warehouse/vertica/side_table_copy_transactions.sql" with {
  type: "text",
};
import drop from "../../../../sql/warehouse/vertica/side_table_drop.sql" with { type: "text" };
import list from "../../../../sql/warehouse/vertica/side_tables.sql" with { type: "text" };
import type { DatasetName } from "../../../events/dataset.ts";
import { codeOf, isKind } from "../../../runtime/errors.ts";
import * as is from "../../../sql/columns.ts";
import {
  Identifier,
  onlyStatement,
  SqlTemplate,
  type SqlValues,
  templatesOf,
} from "../../../sql/template.ts";
import { ENFORCED, NOT_ENFORCED, NOT_TAKEN } from "../../enforced_length.ts";
import { controlText } from "../../load_checks.ts";
import { DAY_MEASURE } from "../../load_records.ts";
import type { DayMeasure } from "../../repository.ts";
import { type Subject, subjectValues } from "../../variables.ts";
import { verticaQuery } from "../query.ts";
import type { VerticaScope } from "../scope.ts";
import { type SideSubject, sideTable, sideValues } from "../variables.ts";

const COPY: Record<DatasetName, SqlTemplate> = {
  transactions: new SqlTemplate(onlyStatement(copyTransactions)),
  currencies: new SqlTemplate(onlyStatement(copyCurrencies)),
};
const COUNTED = { ...DAY_MEASURE, fingerprint: is.decimal };
const FINGERPRINT = {
  transactions: verticaQuery("fingerprint_transactions", fingerprintTransactions, COUNTED),
  currencies: verticaQuery("fingerprint_currencies", fingerprintCurrencies, COUNTED),
};
const SIDE_TABLES = verticaQuery("side_tables", list, { tableName: is.text });
const DROP = templatesOf(drop);

/** What a day of a table holds. */
export interface DayFingerprint extends DayMeasure {
  /** Tells the same rows from others, in whatever order they stand. */
  fingerprint: string;
}

/**
 * Streams bytes of CSV into the side table; nothing is committed.
 *
 * Where the server does not take it together with ENFORCELENGTH, it is said without (enforced_length.ts).
 *
 * @param pieces begins anew each time
 * @param name shown as the stream's name in `v_monitor.load_streams`
 */
export async function fillSideTable(
  scope: VerticaScope,
  subject: SideSubject,
  pieces: () => AsyncIterable<Uint8Array>,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<void> {
  const values = { ...sideValues(subject), stream_name: name };
  const statement = (enforced: SqlValues) =>
    scope.filled(COPY[subject.dataset], { ...values, ...enforced });
  let isBegun = false;
  async function* watched() {
    isBegun = true;
    yield* pieces();
  }
  try {
    await scope.session.copy(statement(ENFORCED), watched(), signal);
  } catch (error) {
    if (isBegun || !isNotTaken(error)) throw error;
    await scope.session.copy(statement(NOT_ENFORCED), pieces(), signal).catch((next) => {
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
  scope: VerticaScope,
  table: "side" | "target",
  subject: SideSubject,
): Promise<DayFingerprint> {
  const { dataset, loadId } = subject;
  const { rows, controlTotal, fingerprint } = await scope.selectOne(FINGERPRINT[dataset], {
    ...subjectValues(subject),
    counted_table: new Identifier(table === "side" ? sideTable(dataset, loadId) : dataset),
  });
  return { rows, controlTotal: controlText(dataset, controlTotal), fingerprint };
}

/** Drops every side table of the dataset but the given load's: loads that died left them. */
export async function dropSideTables(
  scope: VerticaScope,
  subject: Subject,
  keep: string | undefined,
): Promise<void> {
  const kept = keep === undefined ? undefined : sideTable(subject.dataset, keep);
  await dropTables(scope, `${subject.dataset}!_load!_%`, /_load_[0-9a-f]{12}$/, kept);
}

/** Drops the tables of staging that finpipe made aside, by their names; one that is in use stays. */
export async function dropTables(
  scope: VerticaScope,
  like: string,
  pattern: RegExp,
  kept?: string,
): Promise<void> {
  const found = { side_tables_like: like };
  for (const { tableName } of await scope.transaction(() => scope.select(SIDE_TABLES, found))) {
    if (!pattern.test(tableName) || tableName === kept) continue;
    try {
      await scope.commit(DROP, { side_table: new Identifier(tableName) });
    } catch (error) {
      // A server that has not noticed that its client died: whoever comes next drops it.
      if (!isKind(error, "locked")) throw error;
    }
  }
}
