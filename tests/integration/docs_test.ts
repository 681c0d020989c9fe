/** Documentation that can't lie: what documents show is run, and what they name is there. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { COMMANDS } from "../../commands/registry.ts";
import config from "../../deno.json" with { type: "json" };
import { streamCallOf } from "../../commands/stream_call.ts";
import { withDefaults } from "../support/compose_variables.ts";
import {
  cloneFolder,
  type Example,
  examplesOf,
  readDocument,
  ROOT,
  runExample,
  type RunOptions,
} from "../support/documents.ts";
import { operationsPlace, operationsTest } from "../support/operations_place.ts";
import { emptyDatabase, postgresTest } from "../support/postgres.ts";
import { startVerticaServer } from "../support/vertica/server.ts";

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "docs/cli.md",
  "docs/json.md",
  "docs/operations.md",
  "docs/vertica.md",
];

/** The servers that README.md speaks of. */
const README_URL = "postgres://finpipe:secret@localhost:5432/finpipe";
const README_VERTICA = "vertica://dbadmin:secret@127.0.0.1:5433/finpipe";
const README_BROKERS = "localhost:9092";

const read = readDocument;

/** Runs examples one after the other in a folder that looks like a clone. */
async function runAll(examples: Example[], options: RunOptions = {}): Promise<void> {
  assert.ok(examples.length > 0, "there is nothing to run");
  await using folder = await cloneFolder();
  for (const example of examples) await runExample(example, folder.path, options);
}

Deno.test("README.md: the commands run in order, and print what it shows", async () => {
  const examples = examplesOf(await read("README.md"));
  await runAll(examples.filter(({ script }) => !script.includes(README_URL)));
});

Deno.test("docs/json.md: the commands run in order, and print what it shows", async () => {
  const times = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g;
  const normal = (output: string) => output.replaceAll(times, "(a time)");
  await runAll(examplesOf(await read("docs/json.md")), { normal });
});

await operationsTest(
  "docs/operations.md: the commands run in order, and print what it shows",
  async (t) => {
    await using folder = await cloneFolder();
    await using place = await operationsPlace(t);
    for (const example of examplesOf(await read("docs/operations.md"))) {
      await place.enter(example.chapter);
      await runExample(example, folder.path, place.options);
    }
  },
);

Deno.test("docs/operations.md: memory is reckoned with the batches that a topic has", async () => {
  const { limits } = streamCallOf({ source: "kafka" }, true);
  const text = await read("docs/operations.md");
  assert.ok(text.includes(`A batch ends at ${limits.bytes / 1024 ** 2} MiB`));
});

postgresTest("README.md: the commands for PostgreSQL run in order", async (t) => {
  await using database = await emptyDatabase(t);
  const examples = examplesOf(await read("README.md"));
  await runAll(
    examples.filter(({ script }) =>
      script.includes(README_URL) && !script.includes(README_BROKERS) &&
      !script.includes(README_VERTICA)
    ),
    { fill: (script) => script.replaceAll(README_URL, database.url) },
  );
});

postgresTest("README.md: the commands for Vertica run in order", async (t) => {
  await using database = await emptyDatabase(t);
  await using vertica = await startVerticaServer();
  const examples = examplesOf(await read("README.md"));
  const fill = (script: string) =>
    script.replaceAll(README_URL, database.url).replaceAll(README_VERTICA, vertica.url);
  await runAll(examples.filter(({ script }) => script.includes(README_VERTICA)), { fill });
});

await operationsTest("README.md: the commands for Kafka run in order", async (t) => {
  await using place = await operationsPlace(t);
  const examples = examplesOf(await read("README.md"));
  await runAll(examples.filter(({ script }) => script.includes(README_BROKERS)), place.options);
});

Deno.test("an example that fails, or prints something else, is found", async () => {
  const example = (script: string, stdout?: string) => runAll([{ chapter: "", script, stdout }]);
  await assert.rejects(example("./finpipe nonsense\ntrue\n"), /Unknown command/);
  await assert.rejects(example("./finpipe --version\n", "another\n"), assert.AssertionError);
});

Deno.test("files that documents link to are there", async () => {
  for (const document of DOCUMENTS) {
    for (const [, target] of (await read(document)).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      const path = join(ROOT, dirname(document), target!);
      const found = await Deno.stat(path).then(() => true, () => false);
      assert.ok(found, `${document} links to ${target}, which is not there`);
    }
  }
});

Deno.test("every command is in docs/cli.md, docs/json.md and README.md, and no others", async () => {
  const names = COMMANDS.map(({ name }) => name).sort();
  const outputs = (await read("docs/json.md")).matchAll(/^## (\S+)$/gm);
  assert.deepEqual([...outputs].map(([, name]) => name).sort(), names);
  const reference = (await read("docs/cli.md")).matchAll(/^## finpipe (\S+)$/gm);
  assert.deepEqual([...reference].map(([, name]) => name).sort(), names);
  const readme = await read("README.md");
  const table = readme.slice(readme.indexOf("## Commands"), readme.indexOf("## Configuration"));
  const rows = [...table.matchAll(/^\| (`.+?) +\|/gm)].flatMap(([, cell]) =>
    cell!.split(", ").map((name) => name.replaceAll("`", ""))
  );
  assert.deepEqual(rows.sort(), names);
});

Deno.test("tasks that documents name are there", async () => {
  for (const document of DOCUMENTS) {
    for (
      const [, name] of (await read(document)).matchAll(
        /deno(?:@[\d.]+)? task ([a-z][\w:-]*(?:\.\d+)?)/g,
      )
    ) {
      assert.ok(name! in config.tasks, `${document} names the task ${name}`);
    }
  }
});

Deno.test("images of containers have versions", async () => {
  for (
    const [path, pattern] of [["compose.yaml", /^\s+image: (.*)$/gm], [
      "deploy/Dockerfile",
      /^FROM (\S+)/gm,
    ]] as const
  ) {
    const images = [...withDefaults(await read(path)).matchAll(pattern)].map(([, image]) => image!);
    assert.ok(images.length > 0, path);
    for (const image of images) assert.match(image, /:(?!latest$)[\w.-]+$/, `${path}: ${image}`);
  }
  assert.match(await read("compose.yaml"), new RegExp(`finpipe:${config.version}\n`));
});

Deno.test("README.md names the variables that are read, and no others", async () => {
  const variables = /\b(?:FINPIPE|AIRFLOW)_[A-Z_]*[A-Z]\b/g;
  const found = new Set<string>();
  const folder = join(ROOT, "lib/runtime/config");
  for await (const { name } of Deno.readDir(folder)) {
    for (const [variable] of (await Deno.readTextFile(join(folder, name))).matchAll(variables)) {
      found.add(variable);
    }
  }
  const named = [...(await read("README.md")).matchAll(variables)].map(([variable]) => variable)
    .filter((variable) => !variable.endsWith("_FILE"));
  assert.deepEqual([...new Set(named)].sort(), [...found].sort());
});
