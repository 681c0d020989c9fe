/** The SQL of landing, of windows and of days; the files can be run by hand (`sql/README.md`). */
import addPartitionSql from "../../../sql/staging/add_partition.sql" with { type: "text" };
import advancePositionSql from "../../../sql/staging/advance_position.sql" with { type: "text" };
import copyCurrencies from "../../../sql/staging/copy_currencies.sql" with { type: "text" };
import copyRejectedSql from "../../../sql/staging/copy_rejected.sql" with { type: "text" };
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
import kafkaProgressSql from "../../../sql/staging/kafka_progress.sql" with { type: "text" };
import latestPartitionSql from "../../../sql/staging/latest_partition.sql" with { type: "text" };
import lockSourceSql from "../../../sql/staging/lock_source.sql" with { type: "text" };
import nextPositionSql from "../../../sql/staging/next_position.sql" with { type: "text" };
import type { DatasetName } from "../../events/dataset.ts";
import { boolean, decimal, integer, nullable, text, timestamp } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import { SqlTemplate } from "../../sql/template.ts";
import { PARTITION } from "./source_partition.ts";

export const lockSource = query("staging/lock_source", lockSourceSql, { locked: boolean });

export const latestPartition = query("staging/latest_partition", latestPartitionSql, PARTITION);

export const addPartition = query("staging/add_partition", addPartitionSql, PARTITION);

export const nextPosition = query("staging/next_position", nextPositionSql, {
  nextPosition: integer,
});

export const advancePosition = query("staging/advance_position", advancePositionSql, {
  id: integer,
});

/** Lands rows of a dataset. */
export const copyRows: Record<DatasetName, string> = {
  transactions: new SqlTemplate(copyTransactions).withLiterals(),
  currencies: new SqlTemplate(copyCurrencies).withLiterals(),
};

/** Lands rejected messages. */
export const copyRejected = new SqlTemplate(copyRejectedSql).withLiterals();

const DAY_SOURCE = {
  source: nullable(text),
  partition: integer,
  next_position: decimal,
  rows: integer,
};

/** Counts a day's rows by their source. */
export const daySources = {
  transactions: query("staging/day_sources_transactions", daySourcesTransactions, DAY_SOURCE),
  currencies: query("staging/day_sources_currencies", daySourcesCurrencies, DAY_SOURCE),
};

export const kafkaProgress = query("staging/kafka_progress", kafkaProgressSql, {
  source: text,
  partition: integer,
  watermark: nullable(timestamp),
  endSeenAt: nullable(timestamp),
  delay: integer,
  readAt: timestamp,
});

const dumps: Record<DatasetName, SqlTemplate> = {
  transactions: new SqlTemplate(dumpTransactions),
  currencies: new SqlTemplate(dumpCurrencies),
};
const dumpsApart = new SqlTemplate(dumpApart);

/** Dumps a day. COPY takes no parameters. */
export function dumpDay(dataset: DatasetName, day: Temporal.PlainDate): string {
  return dumps[dataset].withLiterals({ day: day.toString() });
}

/** Dumps a day's transactions, with a row for each of an object's accounts, amounts and currencies. */
export function dumpDayApart(day: Temporal.PlainDate): string {
  return dumpsApart.withLiterals({ day: day.toString() });
}
