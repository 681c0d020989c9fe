/** The SQL for Vertica is filled in without leftovers; tests/long/vertica_sql_test.ts parses it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { statementsFor } from "../../lib/warehouse/vertica/statements.ts";

const FOLDER = new URL("../../sql/warehouse/vertica/", import.meta.url).pathname;

async function sqlFiles(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(FOLDER));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".sql")).sort();
}

Deno.test("each statement is filled in with names and values, for both datasets", async () => {
  const schemas = { stagingSchema: "one", martSchema: "two" };
  const day = Temporal.PlainDate.from("2031-05-06");
  for (const name of (await sqlFiles()).filter((name) => name !== "grants.sql")) {
    const script = await Deno.readTextFile(join(FOLDER, name));
    const variables = [...script.matchAll(/:([a-z]\w*)/g)].map(([, variable]) => variable!);
    const values = Object.fromEntries(variables.map((variable) => [variable, "it's"]));
    for (const dataset of ["transactions", "currencies"] as const) {
      if (name.endsWith("ies.sql") !== (dataset === "currencies") && /_t|_cu/.test(name)) continue;
      const subject = { dataset, day, loadId: "deadbeef-dead-4eef-8bad-000000000000" };
      for (const statement of statementsFor(script, schemas, values, subject)) {
        assert.doesNotMatch(statement, /finpipe_(staging|mart)|2022|--|0123456789ab|;/, name);
        assert.doesNotMatch(statement, /(?<!:):[a-z]/, name);
      }
    }
  }
});
