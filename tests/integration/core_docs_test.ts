/**
 * docs/core.md: its diagram is the catalog's, and both warehouses answer its queries as it says.
 * With FINPIPE_UPDATE_CASES=1 each test writes what it found into the document (then: deno fmt).
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DATASET_NAMES } from "../../lib/events/dataset.ts";
import { readDocument, ROOT } from "../support/docs/documents.ts";
import { partitionRows } from "../support/partitions/reference.ts";
import { type TestWarehouse, warehouseTests } from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const PATH = "docs/core.md";
const DAYS = ["2022-10-01", "2022-10-02", "2022-10-03", "2022-10-04", "2022-10-05"];
const TABLES = [
  "dim_accounts",
  "dim_countries",
  "dim_currencies",
  "dim_dates",
  "dim_statuses",
  "dim_transaction_types",
  "fct_currency_rates",
  "fct_transactions",
];

/** Compares the document with what it should be, or writes that. */
async function assertDocument(expected: string): Promise<void> {
  if (Deno.env.get("FINPIPE_UPDATE_CASES") === "1") {
    await Deno.writeTextFile(join(ROOT, PATH), expected);
  }
  assert.equal(await readDocument(PATH), expected);
}

const DIAGRAM = /(?<=^```mermaid\n)[^]*?(?=^```$)/m;

warehouseTest("the diagram of docs/core.md is Vertica's catalog", async (test) => {
  await test.migrate();
  const document = await readDocument(PATH);
  await assertDocument(
    document.replace(DIAGRAM, () => "\0")
      .replace("\0", await diagramOf(test)),
  );
}, ["vertica"]);

warehouseTest("the embedded warehouse has the columns of docs/core.md's diagram", async (test) => {
  await test.migrate();
  const [diagram] = DIAGRAM.exec(await readDocument(PATH))!;
  const shown = [...diagram.matchAll(/^ {2}(\w+) \{\n([^]*?)^ {2}\}$/gm)].flatMap(
    ([, table, columns]) =>
      columns!.trim().split("\n").map((column) => {
        const [, name] = column.trim().split(" ");
        return `${table}.${name}${/"may be NULL"/.test(column) ? " NULL" : ""}`;
      }),
  );
  const found = await test.query(`SELECT table_name, column_name, is_nullable
    FROM information_schema.columns WHERE table_schema = '${test.martSchema}'
    ORDER BY table_name, ordinal_position`);
  assert.deepEqual(
    shown,
    found.filter(({ table_name }) => TABLES.includes(table_name!)).map((row) =>
      `${row.table_name}.${row.column_name}${row.is_nullable === "YES" ? " NULL" : ""}`
    ),
  );
}, ["embedded"]);

/** The tables with their keys as Vertica's catalog has them, in Mermaid's words. */
async function diagramOf(test: TestWarehouse): Promise<string> {
  const inSchema = `table_schema = '${test.martSchema}' ORDER BY`;
  const columns = await test.query(`SELECT table_name, column_name, data_type, is_nullable
    FROM v_catalog.columns WHERE ${inSchema} table_name, ordinal_position`);
  const primary = await test.query(`SELECT table_name, column_name
    FROM v_catalog.primary_keys WHERE ${inSchema} table_name`);
  const foreign = await test.query(`SELECT table_name, column_name, reference_table_name
    FROM v_catalog.foreign_keys WHERE ${inSchema} table_name, reference_table_name, column_name`);
  const isIn = (keys: typeof primary, table: string, column: string | null | undefined) =>
    keys.some((key) => key.table_name === table && key.column_name === column);
  const lines = ["erDiagram"];
  for (const { table_name, column_name, reference_table_name } of foreign) {
    lines.push(`  ${reference_table_name} ||--o{ ${table_name} : ${column_name}`);
  }
  for (const table of TABLES) {
    lines.push(`  ${table} {`);
    for (const row of columns.filter(({ table_name }) => table_name === table)) {
      const keys = [
        ...isIn(primary, table, row.column_name) ? ["PK"] : [],
        ...isIn(foreign, table, row.column_name) ? ["FK"] : [],
      ].join(", ");
      // Mermaid has no comma in a type.
      const type = row.data_type!.toLowerCase().replace(/^(numeric).*/, "$1");
      const absent = row.is_nullable === "t" ? '"may be NULL"' : "";
      lines.push(`    ${[type, row.column_name, keys, absent].filter(Boolean).join(" ")}`);
    }
    lines.push("  }");
  }
  return `${lines.join("\n")}\n`;
}

warehouseTest("the queries of docs/core.md have the answers that it shows", async (test) => {
  await test.migrate();
  const events = await Deno.readTextFile(join(ROOT, "tests/fixtures/events.jsonl"));
  for (const dataset of DATASET_NAMES) {
    const rows = partitionRows(events, dataset);
    for (const day of DAYS) await test.load(dataset, day, rows.get(day) ?? []);
  }
  for (const day of DAYS) await test.warehouse.buildCore(Temporal.PlainDate.from(day));
  const query = (sql: string) => test.query(sql.replaceAll("finpipe_mart.", "mart."));

  let document = await readDocument(PATH);
  let queries = 0;
  for (const [block, sql] of document.matchAll(QUERY)) {
    queries++;
    const rows = await query(sql!);
    const lines = [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))];
    const answer = lines.map((line) => `${line.join(" | ")}\n`).join("");
    document = document.replace(
      block,
      () => `\`\`\`sql\n${sql}\`\`\`\n\n\`\`\`text\n${answer}\`\`\`\n`,
    );
  }
  assert.equal(queries, 8);
  let choices = 0;
  for (const [line, figure, rows, shown] of document.matchAll(CHOICE)) {
    choices++;
    const [row] = await query(
      `SELECT ${figure} AS figure FROM finpipe_mart.v_transactions AS t WHERE ${rows}`,
    );
    const answer = row!.figure!;
    if (answer !== shown) {
      document = document.replace(line, line.replace(` ${shown} `, ` ${answer} `));
    }
  }
  assert.equal(choices, 18);
  await assertDocument(document);
});

/** A query and its answer, which may be absent. */
const QUERY = /^```sql\n([^]*?)^```\n(?:\n```text\n[^]*?^```\n)?/gm;
/** A row of the table of choices: figure, rows, the answer. */
const CHOICE = /^\|[^|]+\| `([^|`]+)` +\| `([^|`]+)` +\| +(\S+) +\|$/gm;
