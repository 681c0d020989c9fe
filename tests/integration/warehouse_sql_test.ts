/**
 * The SQL of the warehouses as somebody runs it by hand: with the values of `example.psql` and
 * `example.vsql`, put in as psql and vsql do.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { onlyStatement, SqlTemplate, statementsOf, templatesOf } from "../../lib/sql/template.ts";
import { migrationScript as embeddedScript } from "../../lib/warehouse/embedded/migrations.ts";
import type { TrialEngine } from "../../lib/warehouse/trial/experiment.ts";
import { GROUPS } from "../../lib/warehouse/trial/registry.ts";
import { mapSql } from "../../lib/warehouse/trial/script.ts";
import { trialScript } from "../../lib/warehouse/trial/script_of.ts";
import { migrationScript as verticaScript } from "../../lib/warehouse/vertica/migrations.ts";
import { ROOT } from "../support/docs/documents.ts";
import { embeddedTest } from "../support/engine/embedded_timers.ts";
import { csv } from "../support/partitions/reference.ts";
import { exampleOf, rawValues } from "../support/sql_files.ts";
import { serverTest } from "../support/vertica/conditions.ts";
import { rate, transaction } from "../support/partitions/rows.ts";

const DAY = "2022-10-01";
const ENGINES: readonly TrialEngine[] = ["embedded", "vertica"];
const FOLDER: Record<TrialEngine, string> = {
  embedded: join(ROOT, "sql/warehouse/embedded"),
  vertica: join(ROOT, "sql/warehouse/vertica"),
};
const EXAMPLE: Record<TrialEngine, Record<string, string>> = {
  embedded: await exampleOf("warehouse/embedded/example.psql"),
  vertica: await exampleOf("warehouse/vertica/example.vsql"),
};

/** All files in the order in which they can be run; a file may come more than once. */
const IN_ORDER: Record<TrialEngine, readonly string[]> = {
  embedded: [
    ..."schema_exists migrations migration_write migrations_applied".split(" "),
    ..."001_tables 002_records 003_fingerprints 004_core".split(" "),
    ..."side_table side_table_copy side_table_measure refused_write".split(" "),
    ..."undo_keep swap_in origin_write fingerprint_write record_write rates_write records_prune"
      .split(" "),
    ..."refused_prune record measure_day loaded_datasets mart_standing".split(" "),
    ..."changes_before mart_clear build_end mart_build build_rates changes_after".split(" "),
    ..."build_write mart_read present_statuses present_types".split(" "),
    // The rates first, of no facts: the mart's record below has the same id.
    ..."core_plan core_side_tables core_build_rates core_dimensions core_facts".split(" "),
    ..."core_counted core_clear core_swap core_standing books_core_counted".split(" "),
    ..."books_core_dates books_core_facts books_core_members books_core_rates".split(" "),
    "books_core_values",
    ..."report_days report_left_out days_loads days_builds days_marts".split(" "),
    ..."days_rates days_rates_used".split(" "),
    ..."origins_builds origins_loads origins_rates origins_left_out".split(" "),
    ..."cell_figures cell_left_out cell_build cell_loads cell_rows cell_changes".split(" "),
    ..."books_builds books_counted books_left_out books_loads books_not_counted".split(" "),
    ..."books_rates books_staged books_fingerprints".split(" "),
    ..."side_table side_table_copy undo_keep swap_out swap_in undo_kept".split(" "),
    ..."undone_write undo_load swap_back undo_done side_table side_table_drop".split(" "),
    ..."trial_version trial_schemas trial_tables".split(" "),
  ],
  vertica: [
    ..."session session_isolation session_autocommit session_runtimecap session_label".split(" "),
    ..."session_id session_state session_close server_facts grants schemas_present".split(" "),
    ..."schema_staging schema_mart migrations_present migrations migrations_lock".split(" "),
    ..."migration_write migrations_applied 001_tables 002_records 003_fingerprints".split(" "),
    "004_core",
    ..."table_columns system_tables".split(" "),
    ..."rights_of rights_owned rights_superuser".split(" "),
    ..."shape_columns shape_keys shape_partitions shape_projections".split(" "),
    ..."load_lock load_lock_held side_table side_tables side_table_copy_transactions".split(" "),
    ..."rejected_count rejected_keep rejected_first rejected_drop".split(" "),
    ..."changed_possible changed_keep changed_drop".split(" "),
    ..."unfit_keep_transactions unfit_first unfit_drop_transactions".split(" "),
    ..."fingerprint_transactions pending_write origin_write fingerprint_write".split(" "),
    ..."pending_read pending_of_day swap record_write rates_write records_prune record".split(" "),
    ..."record_of_load refused_prune measure_day loaded_datasets".split(" "),
    ..."core_lock core_locale core_side_tables core_dimensions core_facts core_first_seen".split(
      " ",
    ),
    ..."core_build_rates core_counted core_pending_write core_forget".split(" "),
    ..."core_pending_clear core_standing books_core_counted books_core_dates".split(" "),
    ..."books_core_facts books_core_members books_core_rates books_core_values".split(" "),
    ..."mart_lock mart_standing changes_before mart_clear build_end mart_build".split(" "),
    ..."mart_left_out build_rates mart_built changes_after build_write".split(" "),
    ..."mart_read present_statuses present_types".split(" "),
    ..."report_days report_left_out days_loads days_pending days_builds".split(" "),
    ..."days_marts days_rates days_rates_used".split(" "),
    ..."origins_builds origins_loads origins_rates origins_left_out".split(" "),
    ..."cell_figures cell_left_out cell_build cell_loads cell_rows cell_changes".split(" "),
    ..."books_builds books_counted books_left_out books_loads books_marks".split(" "),
    ..."books_not_counted books_rates books_staged".split(" "),
    ..."books_fingerprints_transactions books_fingerprints_currencies".split(" "),
    ..."undo_kept undo_write pending_clear side_table_drop".split(" "),
    ..."side_table_currencies side_table_copy_currencies unfit_keep_currencies".split(" "),
    ..."unfit_drop_currencies fingerprint_currencies side_table_drop_currencies".split(" "),
    ..."trial_mode trial_nodes trial_sessions trial_tables".split(" "),
  ],
};

/** A step of the other dataset runs the file that both have. */
const fileOf = (step: string) => step.replace(/^(side_table(?:_drop)?)_currencies$/, "$1");

async function filesOf(engine: TrialEngine): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(FOLDER[engine]));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".sql")).sort();
}

const textOf = (engine: TrialEngine, file: string) =>
  Deno.readTextFile(join(FOLDER[engine], `${file}.sql`));

for (const engine of ENGINES) {
  Deno.test(`the example of ${engine} has each variable of the files, and no other`, async () => {
    const files = await filesOf(engine);
    const trials = GROUPS.flatMap(({ scripts }) => scripts[engine] ?? []);
    const texts = await Promise.all(files.map((file) => textOf(engine, file.slice(0, -4))));
    const variables = texts.flatMap((text) => new SqlTemplate(text).variables);
    for (const script of trials) {
      mapSql(script, (sql) => {
        variables.push(...new SqlTemplate(sql).variables);
        return sql;
      });
    }
    assert.deepEqual(Object.keys(EXAMPLE[engine]).sort(), [...new Set(variables)].sort());
    const run = new Set(IN_ORDER[engine].map((step) => `${fileOf(step)}.sql`));
    assert.deepEqual([...run].sort(), files, "the files, and those that are run here");
  });

  Deno.test(`what doctor --trial --print-sql prints of ${engine} is the example's`, () => {
    const values = rawValues(EXAMPLE[engine]);
    const filled = (script: string) =>
      mapSql(script, (sql) => new SqlTemplate(sql).withLiterals(values));
    const schemas = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
    const printed = trialScript(GROUPS, engine, schemas);
    const byHand = GROUPS.flatMap(({ name, scripts }) =>
      scripts[engine] === undefined ? [] : [`-- ${name}\n\n${scripts[engine].trimEnd()}\n`]
    ).join("\n");
    assert.equal(filled(printed), filled(byHand));
    // What only a run knows is left.
    const left = new Set<string>();
    mapSql(printed, (sql) => {
      for (const variable of new SqlTemplate(sql).variables) left.add(variable);
      return sql;
    });
    assert.deepEqual([...left], engine === "vertica" ? ["database", "session_id"] : []);
  });
}

for (const engine of ENGINES) {
  Deno.test(`what init --print-sql prints of ${engine} is the example's`, async () => {
    const schemas = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
    const printed = { embedded: embeddedScript, vertica: verticaScript }[engine](schemas);
    const now = { embedded: "(now() AT TIME ZONE 'UTC')", vertica: "GETUTCDATE()" }[engine];
    const values = rawValues({ ...EXAMPLE[engine], now });
    const made = engine === "vertica" ? ["schema_staging", "schema_mart"] : [];
    for (const file of [...made, "migrations", "001_tables", "migration_write"]) {
      for (const template of templatesOf(await textOf(engine, file))) {
        const statement = template.withLiterals(values);
        assert.ok(statementsOf(printed).includes(statement), `${file}: ${statement}`);
      }
    }
  });
}

embeddedTest("each file of the embedded warehouse runs as its example has it", async () => {
  const folder = await Deno.makeTempDir();
  const session = await openEmbeddedSession(folder);
  try {
    const values = rawValues(EXAMPLE.embedded);
    for (const file of IN_ORDER.embedded) {
      const text = await textOf("embedded", file);
      const filled = (sql: string) => new SqlTemplate(sql).withLiterals(values);
      const rows = new TextEncoder().encode(csv([transaction(DAY)]));
      const work = /^COPY /m.test(text)
        ? session.copyIn(filled(onlyStatement(text)), [rows])
        : session.execute(filled(text));
      await work.catch((error) => assert.fail(`${file}.sql: ${error}`));
    }
    const [standing] = await session.query("SELECT count(*) FROM finpipe_staging.transactions");
    assert.deepEqual(standing, { count: "1" });
  } finally {
    await session.close();
    await Deno.remove(folder, { recursive: true });
  }
});

/** The example of the other dataset. */
function ofCurrencies(values: Readonly<Record<string, string>>): Record<string, string> {
  const columns = { event_time: "date_update", control: "currency_with_div" };
  const renamed = Object.entries(values).map(([name, value]) => [
    name,
    value.replaceAll("transactions", "currencies"),
  ]);
  return { ...Object.fromEntries(renamed), ...columns };
}

serverTest("each file of Vertica's warehouse runs as its example has it", async (place) => {
  const { stagingSchema, martSchema } = place.vertica.newSchemas();
  const example = Object.fromEntries(
    Object.entries(EXAMPLE.vertica).map(([name, value]) => [
      name,
      value.replace("finpipe_staging", stagingSchema).replace("finpipe_mart", martSchema)
        .replace("finpipe_db", place.engine.database),
    ]),
  );
  const session = await place.vertica.session();
  // One that session_close.sql ends.
  const other = await place.vertica.session();
  example.session_id = `'${other.id}'`;
  try {
    await session.query("CREATE USER finpipe");
    for (const step of IN_ORDER.vertica) {
      const isOther = step.endsWith("currencies");
      const values = rawValues(isOther ? ofCurrencies(example) : example);
      const rows = csv([isOther ? rate(DAY) : transaction(DAY)]);
      const signal = new AbortController().signal;
      for (const template of templatesOf(await textOf("vertica", fileOf(step)))) {
        const sql = template.withLiterals(values);
        const work = sql.startsWith("COPY ")
          ? session.copy(sql, ReadableStream.from([new TextEncoder().encode(rows)]), signal)
          : session.query(sql);
        await work.catch((error) => assert.fail(`${step}.sql: ${error}`));
      }
      // DDL and the swap commit, and the next steps stand on what the others wrote.
      await session.query("COMMIT");
    }
  } finally {
    await place.vertica.dropSchemas(session, { stagingSchema, martSchema });
    await session.close();
    await other.close();
  }
});
