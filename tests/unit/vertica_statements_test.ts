/** Statements for Vertica: names of a load's tables, one statement a message. */
import assert from "node:assert/strict";
import { Clause, templatesOf } from "../../lib/sql/template.ts";
import { schemaValues, tablePath } from "../../lib/warehouse/variables.ts";
import { onlyStatement, verticaInsert } from "../../lib/warehouse/vertica/query.ts";
import { loadKey, sideValues } from "../../lib/warehouse/vertica/variables.ts";

const values = {
  ...schemaValues({ stagingSchema: "Stage", martSchema: "mart" }),
  ...sideValues({
    dataset: "currencies",
    day: Temporal.PlainDate.from("0099-03-04"),
    loadId: "deadbeef-cafe-4000-8000-000000000000",
  }),
};

function filled(script: string): string[] {
  return templatesOf(script).map((statement) => statement.withLiterals(values));
}

Deno.test("a script is cut into its statements, without comments", () => {
  const script = "-- One; and :no value.\nDELETE FROM a\n  -- inside; of it\nWHERE b;\n\nCOMMIT;\n";
  assert.deepEqual(filled(script), ["DELETE FROM a\nWHERE b", "COMMIT"]);
  assert.equal(onlyStatement("-- One.\nCOMMIT;\n"), "COMMIT");
  assert.throws(() => onlyStatement(script), /Not one statement/);
});

Deno.test("variables stand for the schemas, the dataset, the day and the load", () => {
  assert.deepEqual(
    filled(
      "COPY :staging_schema.:side_table REJECTED DATA AS TABLE :rejected_table; " +
        "SELECT :control, :day_number FROM :mart_schema.:dataset_table WHERE :event_time::DATE = DATE :day; " +
        "SELECT :dataset, :load_id, :staging_schema_name, :mart_schema_name",
    ),
    [
      'COPY "Stage".currencies_load_deadbeefcafe REJECTED DATA AS TABLE finpipe_rejected_deadbeefcafe',
      "SELECT currency_with_div, 990304 FROM mart.currencies WHERE date_update::DATE = DATE '0099-03-04'",
      "SELECT 'currencies', 'deadbeef-cafe-4000-8000-000000000000', 'Stage', 'mart'",
    ],
  );
  assert.equal(tablePath('Sta"ge', "loads"), '"Sta""ge".loads');
  assert.equal(loadKey("deadbeefcafe"), "deadbeefcafe");
});

Deno.test("a backslash is a backslash, and a clause stands as it is", () => {
  const [statement] = templatesOf("COPY :a :b :c");
  const values = { a: "back\\slash; it's --", b: new Clause("ENFORCELENGTH"), c: new Clause("") };
  assert.equal(statement!.withLiterals(values), "COPY 'back\\slash; it''s --' ENFORCELENGTH ");
  assert.deepEqual(statement!.withParameters(values).params, [values.a]);
});

Deno.test("what an INSERT wrote is told by its one column, whatever that is called", () => {
  const { decode } = verticaInsert("example", "INSERT INTO a SELECT 1;");
  assert.equal(decode({ OUTPUT: "9007199254740993" }), 9007199254740993n);
  assert.equal(decode({ "Rows Loaded": "0" }), 0n);
  assert.throws(() => decode({}), /column output of sql\/warehouse\/vertica\/example\.sql is NULL/);
});
