/** The experiments of a trial: what their scripts say is what finpipe runs, and docs/vertica.md has them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Experiment, TrialEngine } from "../../lib/warehouse/trial/experiment.ts";
import { GROUPS } from "../../lib/warehouse/trial/registry.ts";
import { type Step, stepsOf } from "../../lib/warehouse/trial/script.ts";
import { trialScript } from "../../lib/warehouse/trial/script_of.ts";
import { templatesOf } from "../../lib/sql/template.ts";
import { readDocument, ROOT } from "../support/docs/documents.ts";
import { rawValues } from "../support/sql_files.ts";

const ENGINES: readonly TrialEngine[] = ["vertica", "embedded"];
const EXPERIMENTS = GROUPS.flatMap(({ experiments }) => experiments);
const PAGE = await readDocument("docs/vertica.md");

function stepsIn(engine: TrialEngine): Step[] {
  return GROUPS.flatMap(({ scripts }) => stepsOf(scripts[engine] ?? ""));
}

Deno.test("each experiment has a name of its own, sentences, and an engine that can be asked", () => {
  const names = EXPERIMENTS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { scripts, experiments } of GROUPS) {
    const labels = ENGINES.map((engine) =>
      stepsOf(scripts[engine] ?? "").flatMap(({ name }) => name ?? [])
    );
    for (const list of labels) assert.deepEqual(list, [...new Set(list)]);
    for (const { name, steps, needs = [], assumed, otherwise } of experiments) {
      const able = labels.filter((list) => steps.every((step) => list.includes(step)));
      assert.ok(able.length > 0, `${name}: no script has all of ${steps}`);
      for (const need of needs) assert.ok(labels.flat().includes(need), `${name}: ${need}`);
      for (const text of [assumed, otherwise]) assert.match(text, /^[A-Z'a-z].*[^.]$/, name);
    }
  }
});

Deno.test("scripts name no table but their own, and leave none", () => {
  for (const engine of ENGINES) {
    for (const { name, scripts } of GROUPS) {
      const statements = stepsOf(scripts[engine] ?? "").map(({ sql }) => sql);
      const made = statements.flatMap((sql) => /^CREATE TABLE (\S+)/.exec(sql)?.[1] ?? []);
      const dropped = statements.flatMap((sql) => /^DROP TABLE (\S+)/.exec(sql)?.[1] ?? []);
      // Partitions go with the table that they are of.
      const left = made.filter((table) => !dropped.includes(table)).filter((table) =>
        !statements.some((sql) =>
          sql.includes(`ATTACH PARTITION ${table}\n`) || sql.includes(`${table} PARTITION OF`)
        )
      );
      assert.deepEqual(left, [], `${engine} ${name}`);
      for (const sql of statements) {
        const tables = sql.match(/:(?:staging|mart)_schema\.\S+/g) ?? [];
        for (const table of tables) assert.match(table, /\.:trial_\w+[,;]?$/);
      }
    }
  }
});

/** A statement without layout, and with one name for whichever table and day it is about. */
function essence(sql: string): string {
  return sql.replace(/^\s*--.*$/gm, "")
    .replace(/:trial_refused\w*|:rejected_table/g, "REFUSED")
    .replace(/:\w+_path\b/g, "PATH")
    .replace(/:(staging|mart)_schema\.:?\w+/g, "TABLE")
    .replace(/'2015-05-01'|'2022-10-01'|:day\b/g, "DAY")
    .replace(/\bIF NOT EXISTS /g, "")
    .replace(/;\s*$/, "").replace(/\s+/g, " ").trim();
}

/** The table of a script that is looked at as doctor does it. */
const SIDE = { schema_name: ":staging_schema_name", table_name: ":trial_side_name" };

/** Which of finpipe's own files a script's statements are those of, and what it has for their variables. */
const OWN: Readonly<Record<TrialEngine, Readonly<Record<string, Record<string, string>>>>> = {
  vertica: {
    session: {},
    session_isolation: {},
    session_autocommit: {},
    session_runtimecap: { runtime_cap: "'1 second'" },
    side_table: {},
    side_table_copy_transactions: { stream_name: "'finpipe:trial'" },
    side_table_copy_currencies: { stream_name: "'finpipe:trial'" },
    fingerprint_transactions: {},
    swap: {},
    load_lock: {},
    mart_lock: {},
    mart_build: {
      statuses: "'done'",
      all_types: "true",
      types: "''",
      now: "'2022-10-02 03:04:05'",
      source: "'finpipe trial'",
      day_number: "20221001",
    },
    system_tables: {},
    shape_columns: SIDE,
    shape_partitions: SIDE,
    shape_keys: SIDE,
    shape_projections: SIDE,
    session_id: {},
    session_close: {},
    rights_of: { object_kind: "'schema'", object_name: "'public'" },
  },
  embedded: {
    mart_build: {
      statuses: `'["done"]'`,
      types: "NULL",
      now: "'2022-10-02 03:04:05'",
      source: "'finpipe trial'",
    },
    side_table_copy: {},
  },
};

for (const engine of ENGINES) {
  Deno.test(`the scripts of ${engine} say the statements that finpipe runs`, async () => {
    const said = stepsIn(engine).map(({ sql }) => essence(sql));
    for (const [file, given] of Object.entries(OWN[engine])) {
      const text = await Deno.readTextFile(join(ROOT, "sql/warehouse", engine, `${file}.sql`));
      for (const template of templatesOf(text)) {
        const left = template.variables.map((name) => [name, `:${name}`]);
        const values = rawValues({ ...Object.fromEntries(left), ...given });
        const statement = essence(template.withLiterals(values));
        assert.ok(said.includes(statement), `${file}: no script says\n${statement}`);
      }
    }
  });

  Deno.test(`the tables of ${engine} are made as finpipe's own`, async () => {
    const text = await Deno.readTextFile(join(ROOT, "sql/warehouse", engine, "001_tables.sql"));
    const own = text.replace(/^--.*\n/gm, "").split(";").map(essence);
    const made = stepsIn(engine).map(({ sql }) => essence(sql));
    const like = own.filter((sql) => made.includes(sql));
    // Transactions, the mart and what it left out, and on Vertica currencies or the table of a lock.
    assert.ok(like.length >= (engine === "vertica" ? 4 : 3), like.join("\n"));
  });
}

Deno.test("what is printed for approval is all of it, in the schemas of the settings", () => {
  const schemas = { stagingSchema: "Öne", martSchema: "two" };
  for (const engine of ENGINES) {
    const script = trialScript(GROUPS, engine, schemas);
    assert.equal(stepsOf(script).length, stepsIn(engine).length);
    assert.doesNotMatch(script, /finpipe_(staging|mart)\b|:(staging|mart)_schema/);
    assert.match(script, /"Öne"\.finpipe_trial_0123456789ab_/);
  }
});

/** The rows of the table of experiments. */
function rowsOfPage(): string[][] {
  const [, table = ""] = /\n\| experiment .*\n\| -.*\n((?:\|.*\n)+)/.exec(PAGE) ?? [];
  return table.trimEnd().split("\n").map((row) =>
    row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim().replace(/\\([|<*])/g, "$1"))
  );
}

Deno.test("docs/vertica.md has each experiment, as it is", () => {
  const cells = ({ name, assumed, effect, otherwise }: Experiment) => [
    `\`${name}\``,
    assumed,
    effect,
    otherwise,
  ];
  assert.deepEqual(rowsOfPage(), EXPERIMENTS.map(cells));
});

Deno.test("docs/vertica.md: each point that was never seen names experiments that there are", () => {
  const [, points = ""] = /each with its experiment:\n\n([\s\S]*?)\n\n## /.exec(PAGE) ?? [];
  const bullets = points.split(/\n(?=- )/);
  assert.ok(bullets.length >= 10, points);
  const known = EXPERIMENTS.map(({ name }) => name);
  for (const bullet of bullets) {
    const [, ...named] = bullet.split("(`").flatMap((part, at) =>
      at === 0 ? [part] : [part, ...part.split(")")[0]!.matchAll(/[a-z]+(?:-[a-z]+)+/g)]
    );
    const names = named.flatMap((found) => typeof found === "string" ? [] : [found[0]]);
    if (/No\s+experiment/.test(bullet)) assert.deepEqual(names, [], bullet);
    else assert.ok(names.length > 0, `no experiment: ${bullet}`);
    for (const name of names) {
      assert.ok(known.includes(name), `${name} is no experiment: ${bullet}`);
    }
  }
});
