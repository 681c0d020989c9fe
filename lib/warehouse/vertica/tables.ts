/** The tables of the Vertica warehouse, and what is said where others stand under their names. */
import tableColumns from "../../../sql/warehouse/vertica/table_columns.sql" with { type: "text" };
import { reasonOf } from "../../runtime/connection_failure.ts";
import { codeOf } from "../../runtime/errors.ts";
import {
  type FoundColumn,
  inSchemas,
  missingTables,
  refuseProblems,
  shapeProblems,
  type TableShapes,
} from "../../runtime/table_shape.ts";
import * as is from "../../sql/columns.ts";
import { placeOf } from "../table_place.ts";
import { verticaQuery } from "./query.ts";
import type { VerticaScope } from "./scope.ts";

const TABLE_COLUMNS = verticaQuery("table_columns", tableColumns, {
  tableSchema: is.text,
  tableName: is.text,
  columnName: is.text,
  dataType: is.text,
  isNullable: is.boolean,
  columnDefault: is.nullable(is.text),
});

/** As all migrations together make them; a test compares the two. */
export const VERTICA_TABLES: TableShapes = {
  "finpipe_staging.migrations": "version int, name varchar, applied_at timestamp",
  "finpipe_staging.transactions":
    "object_id uuid, sent_dttm timestamp, operation_id uuid, account_number_from int, " +
    "account_number_to int, currency_code int, country varchar, status varchar, " +
    "transaction_type varchar, amount int, transaction_dt timestamp",
  "finpipe_staging.currencies":
    "object_id uuid, sent_dttm timestamp, date_update timestamp, currency_code int, " +
    "currency_code_with int, currency_with_div numeric",
  "finpipe_staging.transactions_lock": "held boolean",
  "finpipe_staging.currencies_lock": "held boolean",
  "finpipe_staging.loads":
    "dataset varchar, partition_date date, load_id uuid, sha256 char, manifest_rows int, " +
    "manifest_control_total numeric, rows int, refused int, control_total numeric, " +
    "loaded_at timestamp, version varchar",
  "finpipe_staging.load_pending":
    "dataset varchar, partition_date date, is_undo boolean, side_load_id uuid, " +
    "fingerprint numeric, sha256 char, manifest_rows int, manifest_control_total numeric, " +
    "rows int, refused int, control_total numeric, loaded_at timestamp, version varchar",
  "finpipe_staging.load_undo":
    "dataset varchar, partition_date date, side_load_id uuid, load_id uuid, sha256 char, " +
    "manifest_rows int, manifest_control_total numeric, rows int, refused int, " +
    "control_total numeric, loaded_at timestamp, version varchar",
  "finpipe_staging.load_refused":
    "load_id uuid, dataset varchar, partition_date date, line int, reason varchar, " +
    "raw long varchar, refused_at timestamp",
  "finpipe_staging.load_origins":
    "load_id uuid, dataset varchar, partition_date date, staged_rows int, bytes int, " +
    "sources long varchar, dumped_at timestamp, version varchar",
  "finpipe_staging.load_rates":
    "load_id uuid, partition_date date, currency_code int, rate numeric, " +
    "date_update timestamp, object_id uuid",
  "finpipe_staging.load_fingerprints":
    "load_id uuid, dataset varchar, partition_date date, fingerprint numeric",
  "finpipe_staging.load_undone":
    "dataset varchar, partition_date date, undone_load_id uuid, undone_sha256 char, " +
    "load_id uuid, undone_at timestamp",
  "finpipe_staging.builds":
    "build_id uuid, step varchar, partition_date date, transactions_load_id uuid, " +
    "currencies_load_id uuid, statuses long varchar, types long varchar, rows int, left_out int, " +
    "version varchar, built_at timestamp, stands boolean",
  "finpipe_staging.build_rates":
    "build_id uuid, currency_code int, rate numeric, date_update timestamp, object_id uuid",
  "finpipe_staging.build_changes":
    "build_id uuid, currency_from int, amount_total numeric, cnt_transactions int, " +
    "avg_transactions_per_account numeric, cnt_accounts_make_transactions int",
  "finpipe_mart.global_metrics":
    "hk_global_metrics int, date_update date, currency_from int, amount_total numeric, " +
    "cnt_transactions int, avg_transactions_per_account numeric, " +
    "cnt_accounts_make_transactions int, load_dt timestamp, load_src varchar",
  "finpipe_mart.global_metrics_left_out":
    "date_update date, currency_from int, cnt_transactions int, amount_sum numeric, " +
    "load_dt timestamp",
  "finpipe_staging.core_pending": "partition_date date, build_id uuid",
  "finpipe_staging.core_lock": "held boolean",
  "finpipe_mart.dim_dates":
    "date_key int, date date, year int, quarter int, month int, day int, iso_year int, " +
    "iso_week int, weekday int, is_weekend boolean",
  "finpipe_mart.dim_currencies": "currency_key int, alphabetic_code varchar, name varchar",
  "finpipe_mart.dim_accounts":
    "account_key int, account_number int, is_test boolean, first_seen_date date",
  "finpipe_mart.dim_countries": "country_key int, country varchar",
  "finpipe_mart.dim_statuses": "status_key int, status varchar, rank int, is_known boolean",
  "finpipe_mart.dim_transaction_types": "transaction_type_key int, transaction_type varchar",
  "finpipe_mart.fct_transactions":
    "date_key int, object_id uuid, operation_id uuid, account_from_key int, " +
    "account_to_key int, currency_key int, country_key int, status_key int, " +
    "transaction_type_key int, is_test boolean, amount int, rate numeric, " +
    "amount_usd numeric, transaction_dt timestamp, sent_dttm timestamp, load_dt timestamp, " +
    "load_src varchar",
  "finpipe_mart.fct_currency_rates":
    "date_key int, currency_key int, currency_with_key int, rate numeric, " +
    "date_update timestamp, object_id uuid, load_dt timestamp, load_src varchar",
};

/**
 * Columns that an early migration makes and a later one takes away: an init that broke off between the
 * two left them.
 */
const FORMER_COLUMNS: TableShapes = {
  "finpipe_staging.loads": "core_stale boolean, mart_stale boolean",
};

const RECORD = "finpipe_staging.migrations";

/**
 * Proves that the tables are ours: those that are there, and once all is made, that all are there.
 *
 * @param found what is there @default it is looked at
 * @throws FinpipeError of kind `configuration`
 */
export async function refuseForeign(
  scope: VerticaScope,
  isMade: boolean,
  found?: readonly FoundColumn[],
): Promise<void> {
  refuseAmong(VERTICA_TABLES, scope, isMade, found ?? await columnsOf(scope));
}

/** Somebody else's table of that name cannot be asked for a version. */
export async function refuseForeignRecord(
  scope: VerticaScope,
  found?: readonly FoundColumn[],
): Promise<void> {
  const record = { [RECORD]: VERTICA_TABLES[RECORD]! };
  refuseAmong(record, scope, false, found ?? await columnsOf(scope));
}

/**
 * Runs what makes tables. What nobody could look for beforehand is told of as well: a view, or a table
 * that the user may not see (duplicate_object).
 */
export async function clearOf<T>(scope: VerticaScope, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    if (codeOf(cause) === "42710") refuseProblems([reasonOf(cause)], placeOf(scope.schemas));
    throw error;
  }
}

function refuseAmong(
  expected: TableShapes,
  scope: VerticaScope,
  isMade: boolean,
  found: readonly FoundColumn[],
): void {
  const schemas = {
    finpipe_staging: scope.schemas.stagingSchema.toLowerCase(),
    finpipe_mart: scope.schemas.martSchema.toLowerCase(),
  };
  const tables = inSchemas(expected, schemas);
  const missing = isMade ? missingTables(tables, found) : [];
  const former = inSchemas(FORMER_COLUMNS, schemas);
  const ours = isMade
    ? found
    : found.filter(({ table, column, type }) =>
      !(former[table] ?? "").split(", ").includes(`${column} ${type}`)
    );
  refuseProblems([...missing, ...shapeProblems(tables, ours)], placeOf(scope.schemas));
}

/** The columns that there are in the two schemas. */
export async function columnsOf(scope: VerticaScope): Promise<FoundColumn[]> {
  const rows = await scope.transaction(() => scope.select(TABLE_COLUMNS));
  return rows.map((row) => ({
    table: `${row.tableSchema}.${row.tableName}`,
    kind: "table",
    column: row.columnName,
    type: row.dataType,
    isRequired: !row.isNullable,
    fillsItself: (row.columnDefault ?? "") !== "",
  }));
}
