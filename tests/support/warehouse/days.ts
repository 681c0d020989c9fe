/** Days of test warehouses: their rows, what was refused, and which tables hold them. */
import assert from "node:assert/strict";
import type { PartitionFile } from "../../../lib/partitions/partition_file.ts";
import { FinpipeError } from "../../../lib/runtime/errors.ts";
import { csv, type Row, writePartitionText } from "../partitions/reference.ts";
import { transaction } from "../partitions/rows.ts";
import type { TestWarehouse } from "./warehouses.ts";

/** The day that most tests are about. */
export const DAY = "2022-10-01";

/** Transactions of that day. */
export const amounts = (...values: number[]): Row[] =>
  values.map((amount) => transaction(DAY, { amount: String(amount) }));

/** Amounts that stand for a day, in order. */
export async function standing(test: TestWarehouse): Promise<string[]> {
  const rows = await test.query("SELECT amount FROM staging.transactions ORDER BY amount");
  return rows.map(({ amount }) => amount!);
}

/** An error of kind `data` with such a message. */
export function isDataError(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof FinpipeError, String(error));
    assert.equal(error.kind, "data");
    assert.match(error.message, pattern);
    return true;
  };
}

/** Columns of `load_refused`, in order of the file; the raw row in hexadecimal. */
export async function refused(
  test: TestWarehouse,
): Promise<[line: string, reason: string, raw: string][]> {
  const raw = test.name === "embedded" ? "encode(raw, 'hex') AS raw" : "raw";
  const rows = await test.query(
    `SELECT line, reason, ${raw} FROM staging.load_refused ORDER BY line`,
  );
  return rows.map(({ line, reason, raw }) => [line!, reason!, raw!]);
}

/** A file of one good row and one that is refused. */
export async function withRefused(test: TestWarehouse, amount: string): Promise<PartitionFile> {
  const rows = [...amounts(1), transaction(DAY, { amount })];
  const figures = { rows: 2, control_total: "0" };
  return await writePartitionText(test.workDir, "transactions", DAY, csv(rows), figures);
}

/** Side tables that are there, in order of their names. */
export async function sideTables(test: TestWarehouse): Promise<string[]> {
  const rows = await test.query(
    test.name === "embedded"
      ? `SELECT tablename AS name FROM pg_tables
         WHERE schemaname = '${test.stagingSchema}' AND tablename LIKE '%_load'`
      : `SELECT table_name AS name FROM v_catalog.tables
         WHERE table_schema = '${test.stagingSchema}' AND table_name LIKE '%_load_%'`,
  );
  return rows.map(({ name }) => name!).sort();
}

/** The side tables that hold an undo: of Vertica, where they keep their name. */
export async function undoTables(test: TestWarehouse): Promise<string[]> {
  if (test.name === "embedded") return [];
  const rows = await test.query("SELECT dataset, side_load_id FROM staging.load_undo");
  return rows.map(({ dataset, side_load_id }) =>
    `${dataset}_load_${side_load_id!.replaceAll("-", "").slice(0, 12)}`
  ).sort();
}
