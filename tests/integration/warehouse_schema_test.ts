/** A warehouse's schema: made once, checked always. */
import assert from "node:assert/strict";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { linesOf, pictureOf } from "../../lib/postgres/picture.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { inSchemas } from "../../lib/runtime/table_shape.ts";
import { EMBEDDED_TABLES } from "../../lib/warehouse/embedded/tables.ts";
import { EmbeddedWarehouse } from "../../lib/warehouse/embedded/warehouse.ts";
import { VERTICA_TABLES } from "../../lib/warehouse/vertica/tables.ts";
import { ROOT } from "../support/docs/documents.ts";
import { embeddedTest } from "../support/engine/embedded_timers.ts";
import { NOW, type TestWarehouse, warehouseTests } from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const MADE = ["001_tables", "002_records", "003_fingerprints", "004_core"];
const NEWEST = MADE.length;

async function configurationError(work: Promise<unknown>): Promise<FinpipeError> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof FinpipeError);
  assert.equal(error.kind, "configuration");
  return error;
}

/** As if the newest migration had another number, and broke what older versions do. */
async function setVersion(test: TestWarehouse, version: number): Promise<void> {
  await test.query(
    `UPDATE staging.migrations SET version = ${version}, breaks = 'readers'
     WHERE version = ${NEWEST}`,
  );
}

warehouseTest("migrate says what it applied, and applies it once", async (test) => {
  assert.deepEqual(await test.warehouse.migrate(), MADE);
  assert.deepEqual(await test.warehouse.migrate(), []);
  await test.warehouse.checkSchema();
});

warehouseTest("a missing or older schema asks for init", async (test) => {
  const missing = await configurationError(test.warehouse.checkSchema());
  assert.equal(missing.message, "The schema of the warehouse is missing");
  assert.equal(missing.hint, "Run 'finpipe init'");
  await test.migrate();
  await test.query(`DELETE FROM staging.migrations WHERE version = ${NEWEST}`);
  const older = await configurationError(test.warehouse.checkSchema());
  assert.equal(
    older.message,
    `The schema of the warehouse has version ${NEWEST - 1}, which is too old`,
  );
  assert.equal(older.hint, "Run 'finpipe init'");
});

warehouseTest("a newer schema asks for a newer finpipe, also of migrate", async (test) => {
  await test.migrate();
  await setVersion(test, NEWEST + 1);
  for (const work of [() => test.warehouse.checkSchema(), () => test.warehouse.migrate()]) {
    assert.equal((await configurationError(work())).hint, "Upgrade finpipe");
  }
});

/** What stands in the way, and how it is told. */
const FOREIGN: [what: string, script: string, message: RegExp][] = [
  [
    "somebody's table",
    "CREATE TABLE mart.global_metrics (id INTEGER, name VARCHAR(80))",
    /[Mm]art[\w ]*\.global_metrics is not finpipe's table: its columns are id \w+, name [\w ]+\(80\)$/,
  ],
  [
    "somebody's table of migrations",
    "CREATE TABLE staging.migrations (id INTEGER)",
    /staging\w*\.migrations is not finpipe's table: its columns are id/,
  ],
  [
    "a table that has lost a column",
    "CREATE TABLE staging.currencies (object_id UUID NOT NULL, sent_dttm TIMESTAMP NOT NULL, " +
    "date_update TIMESTAMP NOT NULL, currency_code INTEGER NOT NULL, currency_code_with INTEGER NOT NULL)",
    /staging\w*\.currencies lacks currency_with_div numeric$/,
  ],
  [
    "a view",
    "CREATE VIEW mart.global_metrics_left_out AS SELECT 1 AS one",
    /global_metrics_left_out/,
  ],
];

for (const [what, script, message] of FOREIGN) {
  warehouseTest(`${what} in the way is told of, and what to choose instead`, async (test) => {
    await test.query(`CREATE SCHEMA "${test.stagingSchema}"`);
    await test.query(`CREATE SCHEMA "${test.martSchema}"`);
    await test.query(script);
    const error = await configurationError(test.warehouse.migrate());
    assert.match(error.message, message);
    const { hint } = await configurationError(test.warehouse.checkSchema());
    assert.notEqual(hint, "Run 'finpipe init'");
    assert.match(
      error.hint!,
      /name other schemas in FINPIPE_STAGING_SCHEMA or FINPIPE_MART_SCHEMA/,
    );
    if (/migrations/.test(script)) return;
    // Nothing of ours was made beside it, or it is taken for what a broken-off init made.
    await test.query(script.replace(/^CREATE (\w+) (\S+) .*/s, "DROP $1 $2"));
    assert.deepEqual(await test.warehouse.migrate(), MADE);
    // Vertica lists no views among its tables: only the statement that makes the table finds one.
  }, /VIEW/.test(script) ? ["embedded"] : undefined);
}

warehouseTest(
  "somebody's table of migrations is told of, whatever versions it has",
  async (test) => {
    await test.query(`CREATE SCHEMA "${test.stagingSchema}"`);
    await test.query(`CREATE SCHEMA "${test.martSchema}"`);
    await test.query("CREATE TABLE staging.migrations (version INTEGER, script VARCHAR(80))");
    await test.query("INSERT INTO staging.migrations VALUES (20221001, 'theirs')");
    for (const work of [() => test.warehouse.migrate(), () => test.warehouse.checkSchema()]) {
      const { message } = await configurationError(work());
      assert.match(message, /migrations is not finpipe's table: its columns are version/);
    }
  },
);

/** What somebody did to tables of ours, and what init says then; undefined where it does no harm. */
const DRIFT: [what: string, script: string, message: RegExp | undefined][] = [
  [
    "a lost column",
    "DROP TABLE mart.global_metrics_left_out; CREATE TABLE mart.global_metrics_left_out " +
    "(date_update DATE, currency_from INTEGER, cnt_transactions INTEGER, load_dt TIMESTAMP)",
    /global_metrics_left_out lacks amount_sum numeric/,
  ],
  ["a lost table", "DROP TABLE staging.load_refused", /load_refused no longer exists/],
  ["a column more", "ALTER TABLE mart.global_metrics ADD COLUMN note VARCHAR(80)", undefined],
  [
    "a column that wants a value",
    "ALTER TABLE staging.load_refused ADD COLUMN note VARCHAR(80) NOT NULL",
    /load_refused\.note \S.*\(80\) is not finpipe's, and needs a value in each row$/,
  ],
];

for (const [what, script, message] of DRIFT) {
  warehouseTest(`init, where tables of finpipe's have drifted: ${what}`, async (test) => {
    await test.migrate();
    for (const statement of script.split("; ")) await test.query(statement);
    if (message === undefined) return assert.deepEqual(await test.warehouse.migrate(), []);
    assert.match((await configurationError(test.warehouse.migrate())).message, message);
  });
}

warehouseTest("the tables that are looked for are those that init makes", async (test) => {
  await test.migrate();
  const schemas = [test.stagingSchema, test.martSchema];
  const rows = await test.query(
    test.name === "vertica"
      ? `SELECT table_schema, table_name FROM v_catalog.tables
         WHERE table_schema IN ('${schemas.join("', '")}') ORDER BY 1, 2`
      : `SELECT schemaname AS table_schema, tablename AS table_name FROM pg_tables
         WHERE schemaname IN ('${schemas.join("', '")}') ORDER BY 1, 2`,
  );
  const expected = test.name === "vertica" ? VERTICA_TABLES : EMBEDDED_TABLES;
  const names = { finpipe_staging: test.stagingSchema, finpipe_mart: test.martSchema };
  assert.deepEqual(
    rows.map((row) => `${row.table_schema}.${row.table_name}`),
    Object.keys(inSchemas(expected, names)).sort(),
  );
});

embeddedTest("sql/warehouse/embedded/picture.txt is what migrations make", async () => {
  const folder = await Deno.makeTempDir();
  const session = await openEmbeddedSession(folder);
  try {
    const schemas = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
    await new EmbeddedWarehouse(session, { ...schemas, now: () => NOW }).migrate();
    assert.deepEqual(
      linesOf(await Deno.readTextFile(`${ROOT}/sql/warehouse/embedded/picture.txt`)),
      await pictureOf(session, Object.values(schemas)),
    );
  } finally {
    await session.close();
    await Deno.remove(folder, { recursive: true });
  }
});

warehouseTest("the latest rate is found by the index, whatever days there are", async (test) => {
  await test.migrate();
  for (const day of ["2022-10-01", "2022-10-02", "2022-10-03"]) {
    await test.load("currencies", day, []);
  }
  const plan = await test.query(`
    EXPLAIN SELECT currency_with_div FROM staging.currencies
    WHERE currency_code = 430 AND currency_code_with = 420 AND date_update < DATE '2022-10-03'
    ORDER BY date_update DESC, sent_dttm DESC, object_id DESC LIMIT 1`);
  const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
  assert.doesNotMatch(text, /Sort|20221003/);
  assert.equal(text.match(/Index Scan/g)?.length, 2, text);
}, ["embedded"]);
