/** The tables of the embedded warehouse, and what is said where others stand under their names. */
import { columnsOf, refuseInTheWay } from "../../postgres/table_columns.ts";
import {
  inSchemas,
  missingTables,
  refuseProblems,
  shapeProblems,
  type TableShapes,
} from "../../runtime/table_shape.ts";
import { placeOf } from "../table_place.ts";
import type { EmbeddedScope } from "./scope.ts";

/** As all migrations together make them; a test compares the two. */
export const EMBEDDED_TABLES: TableShapes = {
  "finpipe_staging.migrations": "version integer, name varchar, applied_at timestamp",
  "finpipe_staging.transactions":
    "object_id uuid, sent_dttm timestamp, operation_id uuid, account_number_from bigint, " +
    "account_number_to bigint, currency_code integer, country varchar, status varchar, " +
    "transaction_type varchar, amount bigint, transaction_dt timestamp",
  "finpipe_staging.currencies":
    "object_id uuid, sent_dttm timestamp, date_update timestamp, currency_code integer, " +
    "currency_code_with integer, currency_with_div numeric",
  "finpipe_staging.loads":
    "dataset varchar, partition_date date, load_id uuid, sha256 char, manifest_rows bigint, " +
    "manifest_control_total numeric, rows bigint, refused bigint, control_total numeric, " +
    "loaded_at timestamp, version varchar",
  "finpipe_staging.load_undo":
    "dataset varchar, partition_date date, load_id uuid, sha256 char, manifest_rows bigint, " +
    "manifest_control_total numeric, rows bigint, refused bigint, control_total numeric, " +
    "loaded_at timestamp, version varchar",
  "finpipe_staging.load_refused":
    "load_id uuid, dataset varchar, partition_date date, line bigint, reason varchar, " +
    "raw bytea, refused_at timestamp",
  "finpipe_staging.load_origins":
    "load_id uuid, dataset varchar, partition_date date, staged_rows bigint, bytes bigint, " +
    "sources text, dumped_at timestamp, version varchar",
  "finpipe_staging.load_rates":
    "load_id uuid, partition_date date, currency_code integer, rate numeric, " +
    "date_update timestamp, object_id uuid",
  "finpipe_staging.load_fingerprints":
    "load_id uuid, dataset varchar, partition_date date, fingerprint numeric",
  "finpipe_staging.load_undone":
    "dataset varchar, partition_date date, undone_load_id uuid, undone_sha256 char, " +
    "load_id uuid, undone_at timestamp",
  "finpipe_staging.builds":
    "build_id uuid, step varchar, partition_date date, transactions_load_id uuid, " +
    "currencies_load_id uuid, statuses text, types text, rows bigint, left_out bigint, " +
    "version varchar, built_at timestamp, stands boolean",
  "finpipe_staging.build_rates":
    "build_id uuid, currency_code integer, rate numeric, date_update timestamp, object_id uuid",
  "finpipe_staging.build_changes":
    "build_id uuid, currency_from integer, amount_total numeric, cnt_transactions bigint, " +
    "avg_transactions_per_account numeric, cnt_accounts_make_transactions bigint",
  "finpipe_mart.global_metrics":
    "hk_global_metrics bigint, date_update date, currency_from integer, amount_total numeric, " +
    "cnt_transactions bigint, avg_transactions_per_account numeric, " +
    "cnt_accounts_make_transactions bigint, load_dt timestamp, load_src varchar",
  "finpipe_mart.global_metrics_left_out":
    "date_update date, currency_from integer, cnt_transactions bigint, amount_sum numeric, " +
    "load_dt timestamp",
  "finpipe_mart.dim_dates":
    "date_key integer, date date, year integer, quarter integer, month integer, day integer, " +
    "iso_year integer, iso_week integer, weekday integer, is_weekend boolean",
  "finpipe_mart.dim_currencies": "currency_key integer, alphabetic_code varchar, name varchar",
  "finpipe_mart.dim_accounts":
    "account_key bigint, account_number bigint, is_test boolean, first_seen_date date",
  "finpipe_mart.dim_countries": "country_key bigint, country varchar",
  "finpipe_mart.dim_statuses": "status_key bigint, status varchar, rank integer, is_known boolean",
  "finpipe_mart.dim_transaction_types": "transaction_type_key bigint, transaction_type varchar",
  "finpipe_mart.fct_transactions":
    "date_key integer, object_id uuid, operation_id uuid, account_from_key bigint, " +
    "account_to_key bigint, currency_key integer, country_key bigint, status_key bigint, " +
    "transaction_type_key bigint, is_test boolean, amount bigint, rate numeric, " +
    "amount_usd numeric, transaction_dt timestamp, sent_dttm timestamp, load_dt timestamp, " +
    "load_src varchar",
  "finpipe_mart.fct_currency_rates":
    "date_key integer, currency_key integer, currency_with_key integer, rate numeric, " +
    "date_update timestamp, object_id uuid, load_dt timestamp, load_src varchar",
};

/**
 * Proves that the tables are ours: those that are there, and once all is made, that all are there.
 *
 * @throws FinpipeError of kind `configuration`
 */
export async function refuseForeign(scope: EmbeddedScope, isMade: boolean): Promise<void> {
  await refuseAmong(EMBEDDED_TABLES, scope, isMade);
}

/** Somebody else's table of that name cannot be asked for a version. */
export async function refuseForeignRecord(scope: EmbeddedScope): Promise<void> {
  const name = "finpipe_staging.migrations";
  await refuseAmong({ [name]: EMBEDDED_TABLES[name]! }, scope, false);
}

async function refuseAmong(
  expected: TableShapes,
  { session, schemas }: EmbeddedScope,
  isMade: boolean,
): Promise<void> {
  const tables = inSchemas(expected, {
    finpipe_staging: schemas.stagingSchema,
    finpipe_mart: schemas.martSchema,
  });
  const found = await columnsOf(session, tables);
  const missing = isMade ? missingTables(tables, found) : [];
  refuseProblems([...missing, ...shapeProblems(tables, found)], placeOf(schemas));
}

/** Runs what makes tables; what is in the way, though it looks like ours, is told of as well. */
export async function clearOf<T>({ schemas }: EmbeddedScope, work: () => Promise<T>): Promise<T> {
  return await work().catch((error) => refuseInTheWay(error, placeOf(schemas)));
}
