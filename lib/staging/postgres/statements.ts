/** The SQL of staging; the files can be run by hand. */
import addPartition from "../../../sql/staging/add_partition.sql" with { type: "text" };
import advancePosition from "../../../sql/staging/advance_position.sql" with { type: "text" };
import copyCurrencies from "../../../sql/staging/copy_currencies.sql" with { type: "text" };
import copyRejected from "../../../sql/staging/copy_rejected.sql" with { type: "text" };
import copyTransactions from "../../../sql/staging/copy_transactions.sql" with { type: "text" };
import daySourcesCurrencies from "../../../sql/staging/day_sources_currencies.sql" with {
  type: "text",
};
import daySourcesTransactions from "../../../sql/staging/day_sources_transactions.sql" with {
  type: "text",
};
import dumpCurrencies from "../../../sql/staging/dump_currencies.sql" with { type: "text" };
import dumpApart from "../../../sql/staging/dump_transactions_apart.sql" with { type: "text" };
import dumpTransactions from "../../../sql/staging/dump_transactions.sql" with { type: "text" };
import fetchWindowVersions from "../../../sql/staging/fetch_window_versions.sql" with {
  type: "text",
};
import kafkaProgress from "../../../sql/staging/kafka_progress.sql" with { type: "text" };
import latestPartition from "../../../sql/staging/latest_partition.sql" with { type: "text" };
import lockSource from "../../../sql/staging/lock_source.sql" with { type: "text" };
import nextPosition from "../../../sql/staging/next_position.sql" with { type: "text" };
import windowVersions from "../../../sql/staging/window_versions.sql" with { type: "text" };
import type { DatasetName } from "../../events/dataset.ts";

export {
  addPartition,
  advancePosition,
  copyRejected,
  kafkaProgress,
  latestPartition,
  lockSource,
  nextPosition,
  windowVersions,
};

/** Lands rows of a dataset. */
export const copyRows: Record<DatasetName, string> = {
  transactions: copyTransactions,
  currencies: copyCurrencies,
};

/** Counts a day's rows by their source. */
export const daySources: Record<DatasetName, string> = {
  transactions: daySourcesTransactions,
  currencies: daySourcesCurrencies,
};

const dumps: Record<DatasetName, string> = {
  transactions: dumpTransactions,
  currencies: dumpCurrencies,
};

/** The next versions of a window; FETCH takes no parameters either. */
export function fetchWindow(count: number): string {
  return fetchWindowVersions.replace("5000", String(count));
}

/** Dumps a day. */
export function dumpDay(dataset: DatasetName, day: Temporal.PlainDate): string {
  return forDay(dumps[dataset], day);
}

/** Dumps a day's transactions, with a row for each of an object's accounts, amounts and currencies. */
export function dumpDayApart(day: Temporal.PlainDate): string {
  return forDay(dumpApart, day);
}

/** COPY takes no parameters, so the day replaces the one that stands in the file. */
function forDay(statement: string, day: Temporal.PlainDate): string {
  return statement.replaceAll("'2022-10-01'", `'${day}'`);
}
