/** The SQL for Vertica is parsed by a dialect that is not ours. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { GROUPS } from "../../lib/warehouse/trial/registry.ts";
import { stepsOf } from "../../lib/warehouse/trial/script.ts";
import { SqlTemplate } from "../../lib/sql/template.ts";
import { runTool, toolTest } from "../support/docs/deploy_tools.ts";
import { exampleOf, rawValues } from "../support/sql_files.ts";

const FOLDER = new URL("../../sql/warehouse/vertica/", import.meta.url).pathname;

/** It knows no variables where a statement has no value: they are filled in as vsql does. */
const VALUES = rawValues(await exampleOf("warehouse/vertica/example.vsql"));
const filled = (sql: string) => new SqlTemplate(sql).withLiterals(VALUES);

/** What sqlfluff 4.5.0 cannot parse, though Vertica's documentation has it. */
const UNKNOWN_TO_SQLFLUFF: Readonly<Record<string, string>> = {
  "side_table_copy_currencies.sql": "COPY with PARSER, REJECTED DATA, STREAM NAME, NO COMMIT",
  "side_table_copy_transactions.sql": "COPY with FILLER, PARSER, REJECTED DATA, NO COMMIT",
  "core_lock.sql": "LOCK TABLE",
  "load_lock.sql": "LOCK TABLE",
  "mart_lock.sql": "LOCK TABLE",
  "migrations_lock.sql": "LOCK TABLE",
  "core_locale.sql": "SET LOCALE",
  "session_autocommit.sql": "SHOW",
  "session_isolation.sql": "SET SESSION CHARACTERISTICS",
};

/** Of the trials', by how they begin; the last is what nobody can read. */
const UNKNOWN_STATEMENTS =
  /^(COPY|LOCK TABLE|SET SESSION CHARACTERISTICS|SET LOCALE|SHOW|SELECT FROM WHERE)/;

async function sqlFiles(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(FOLDER));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".sql")).sort();
}

/** Parses files as one folder: sqlfluff takes one path, and a second for each to start. */
async function parse(files: readonly string[]) {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-sql-" });
  try {
    await Deno.copyFile(join(FOLDER, ".sqlfluff"), join(folder, ".sqlfluff"));
    for (const name of files) {
      const text = await Deno.readTextFile(join(FOLDER, name));
      await Deno.writeTextFile(join(folder, name), filled(text));
    }
    return await runTool("sqlfluff", ["parse", "--format", "none", "."], { cwd: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

await toolTest(
  "sqlfluff parses Vertica's SQL, but for the files that it cannot",
  "sqlfluff",
  async () => {
    const files = (await sqlFiles()).filter((name) => !(name in UNKNOWN_TO_SQLFLUFF));
    assert.ok(files.length > 30);
    const { success, output } = await parse(files);
    assert.ok(success, output);
  },
);

await toolTest(
  "sqlfluff parses the statements of the trials, but for those that it cannot",
  "sqlfluff",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "finpipe-sql-" });
    try {
      await Deno.copyFile(join(FOLDER, ".sqlfluff"), join(folder, ".sqlfluff"));
      for (const { name, scripts } of GROUPS) {
        const statements = stepsOf(scripts.vertica ?? "").map(({ sql }) => sql)
          .filter((sql) => !UNKNOWN_STATEMENTS.test(sql));
        const text = statements.map((sql) => `${filled(sql)};\n`).join("\n");
        if (text !== "") await Deno.writeTextFile(join(folder, `${name}.sql`), text);
      }
      const { success, output } = await runTool(
        "sqlfluff",
        ["parse", "--format", "none", "."],
        { cwd: folder },
      );
      assert.ok(success, output);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

await toolTest("sqlfluff still cannot parse those that are excepted", "sqlfluff", async (t) => {
  for (const [name, why] of Object.entries(UNKNOWN_TO_SQLFLUFF)) {
    await t.step(`${name}: ${why}`, async () => {
      const { success } = await parse([name]);
      assert.ok(!success, "it can be parsed now: take it off the list");
    });
  }
});
