/**
 * deploy/superset says what is so: columns are the mart's, charts are those of the page, and import.sh says
 * what it lacks. tests/soak/superset.ts imports it into a real Superset.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { METRICS as PAGE } from "../../lib/rendering/mart/page/browser/model.ts";
import { readDocument as read, ROOT } from "../support/docs/documents.ts";
import { runTool, toolTest } from "../support/docs/deploy_tools.ts";
import { inFolder } from "../support/folder.ts";
import { METRICS } from "../support/superset/dashboard.ts";

const ASSETS = "deploy/superset/assets";
const CHARTS = ["transactions", "average_per_account", "accounts", "amount"];

const dataset = await read(`${ASSETS}/datasets/finpipe/global_metrics.yaml`);
const dashboard = await read(`${ASSETS}/dashboards/finpipe.yaml`);
const charts = await Promise.all(CHARTS.map((name) => read(`${ASSETS}/charts/${name}.yaml`)));

/** The value of a key that a file has once. */
function one(text: string, key: string): string {
  const values = [...text.matchAll(new RegExp(`^ *(?:- )?${key}: (.*)$`, "gm"))];
  assert.equal(values.length, 1, `${key}: ${values.length} times`);
  return values[0]![1]!;
}

/** The columns of the mart in a warehouse, with their types. */
async function martColumns(engine: string): Promise<Map<string, string>> {
  const sql = await read(`sql/warehouse/${engine}/001_tables.sql`);
  const [, body] = /^CREATE TABLE \S*(?: NOT EXISTS )?:mart_schema\.global_metrics \(\n([^]*?)^\)/m
    .exec(sql.replaceAll("IF NOT EXISTS ", ""))!;
  return new Map(
    [...body!.matchAll(/^ {2}(\w+) +(.+?) +NOT NULL,$/gm)].map(([, name, type]) => [name!, type!]),
  );
}

Deno.test("the dataset of Superset has columns of the mart, with Vertica's types", async () => {
  const columns = [
    ...dataset.matchAll(/^ +- column_name: (\w+)\n(?: {4}(?!type).*\n)* +type: (.*)$/gm),
  ]
    .map(([, name, type]) => [name!, type!] as const);
  assert.equal(columns.length, dataset.match(/- column_name:/g)!.length);
  const mart = await martColumns("vertica");
  const embedded = await martColumns("embedded");
  assert.equal(mart.size, 9);
  for (const [name, type] of columns) {
    assert.equal(type, mart.get(name), name);
    assert.ok(embedded.has(name), name);
  }
  const known = new Set(columns.map(([name]) => name));
  for (const [, column] of dataset.matchAll(/expression: \w+\((\w+)\)/g)) {
    assert.ok(known.has(column!), `no column ${column}`);
  }
});

Deno.test("the charts of Superset are those of the page, in its order and words", () => {
  const shown = charts.map((chart) => one(chart, "slice_name"));
  assert.deepEqual(shown, PAGE.map(({ title }) => title));
  const metrics = [...dataset.matchAll(
    /- metric_name: (\w+)\n +verbose_name: (.*)\n(?: +#.*\n)? +expression: \w+\((\w+)\)/g,
  )].map(([, name, title, column]) => ({ name, title, column }));
  assert.deepEqual(
    metrics,
    PAGE.map(({ title }, index) => ({
      name: CHARTS[index],
      title,
      column: METRICS[CHARTS[index]!],
    })),
  );
  const placed = [...dashboard.matchAll(/^ +sliceName: (.*)\n +uuid: (.*)$/gm)];
  assert.deepEqual(
    placed.map(([, title, id]) => [title, id]),
    charts.map((chart) => [one(chart, "slice_name"), one(chart, "uuid")]),
  );
  for (const [index, chart] of charts.entries()) {
    assert.equal(/ metrics:\n +- (.*)\n/.exec(chart)![1], CHARTS[index]);
    assert.match(chart, / groupby:\n +- currency_from\n/);
    assert.equal(one(chart, "x_axis"), "date_update");
  }
});

Deno.test("what the assets of Superset refer to is there", async () => {
  const database = await read(`${ASSETS}/databases/finpipe.yaml`);
  assert.equal(one(dataset, "database_uuid"), one(database, "uuid"));
  const id = one(dataset, "uuid");
  for (const chart of charts) assert.equal(one(chart, "dataset_uuid"), id);
  assert.equal(one(dashboard, "datasetUuid"), id);
  const ids = [dataset, database, dashboard.replaceAll(/^ +uuid:.*$/gm, ""), ...charts]
    .map((text) => one(text, "uuid"));
  assert.equal(new Set(ids).size, ids.length);
});

/** @param path what is on the PATH beside the system's programs */
async function importAssets(args: string[], env: Record<string, string>, path = "") {
  const { code, stdout, stderr } = await new Deno.Command(
    join(ROOT, "deploy/superset/import.sh"),
    { args, clearEnv: true, env: { PATH: `${path}:/usr/bin:/bin`, ...env } },
  ).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("import.sh says what it lacks before it does anything", async () => {
  const uri = { SUPERSET_VERTICA_URI: "vertica+vertica_python://reader:hidden@vertica:5433/x" };
  const missing = await importAssets([], {});
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /SUPERSET_VERTICA_URI is not set.*\n {2}For example vertica\+/);
  const many = await importAssets(["a", "b"], uri);
  assert.equal(many.code, 2);
  assert.match(many.stderr, /takes one argument/);
  const away = await importAssets([], uri);
  assert.equal(away.code, 3);
  assert.match(away.stderr, /no command superset on the PATH\n {2}Activate/);
});

Deno.test("import.sh leaves no password behind, also when it is interrupted", () =>
  inFolder(async (folder) => {
    const fifo = join(folder, "go on");
    assert.ok((await new Deno.Command("mkfifo", { args: [fifo] }).output()).success);
    // It says where it would write the address with the password, and waits.
    const python =
      `#!/bin/sh\nmkdir "$3"; echo hidden >"$3/asset"; echo "$3"; read -r _ <"${fifo}"\n`;
    for (const [name, script] of [["superset", "#!/bin/sh\n"], ["python3", python]] as const) {
      await Deno.writeTextFile(join(folder, name), script, { mode: 0o755 });
    }
    for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const) {
      await using run = new Deno.Command(join(ROOT, "deploy/superset/import.sh"), {
        clearEnv: true,
        env: { PATH: `${folder}:/usr/bin:/bin`, SUPERSET_VERTICA_URI: "hidden", TMPDIR: folder },
        stdout: "piped",
      }).spawn();
      const output = run.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const target = (await output.read()).value!.trim();
      assert.equal(await Deno.readTextFile(join(target, "asset")), "hidden\n");
      run.kill(signal);
      // The shell waits for what it runs: nobody reads there where it did not, so both ways are open.
      using file = await Deno.open(fifo, { read: true, write: true });
      await file.write(new TextEncoder().encode("go on\n"));
      assert.equal((await run.status).code, code);
      await assert.rejects(Deno.stat(dirname(target)), Deno.errors.NotFound);
      await output.cancel();
    }
  }));

await toolTest(
  "python3: the Python of import.sh compiles, without a warning",
  "python3",
  async () => {
    const compile = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')";
    const path = join(ROOT, "deploy/superset/prepare.py");
    const { success, output } = await runTool("python3", ["-W", "error", "-c", compile, path]);
    assert.ok(success, output);
  },
);
