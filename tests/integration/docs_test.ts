/**
 * Documentation that can't lie: what documents name is there. tests/long/docs_test.ts runs the commands
 * that they show.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { COMMANDS } from "../../commands/registry.ts";
import config from "../../deno.json" with { type: "json" };
import { VERSIONS as KAFKA_VERSIONS } from "../support/kafka/jars.ts";
import { VERSIONS as POSTGRES_VERSIONS } from "../support/postgres/binaries.ts";
import { streamCallOf } from "../../commands/stream_call.ts";
import { readDocument as read, ROOT, runAll, withDefaults } from "../support/docs/documents.ts";

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "docs/audit.md",
  "docs/cli.md",
  "docs/concurrency.md",
  "docs/core.md",
  "docs/glossary.md",
  "docs/install.md",
  "docs/json.md",
  "docs/kafka-client.md",
  "docs/looking.md",
  "docs/operations.md",
  "docs/vertica.md",
  "deploy/kubernetes/README.md",
  "deploy/superset/README.md",
];

Deno.test("docs/operations.md: memory is reckoned with the batches that a topic has", async () => {
  const { limits } = streamCallOf({ source: "kafka" }, true);
  const text = await read("docs/operations.md");
  assert.ok(text.includes(`A batch ends at ${limits.bytes / 1024 ** 2} MiB`));
});

Deno.test("an example that fails, or prints something else, is found", async () => {
  const example = (script: string, stdout?: string) => runAll([{ chapter: "", script, stdout }]);
  await assert.rejects(example("./finpipe nonsense\ntrue\n"), /There is no command/);
  await assert.rejects(example("./finpipe --version\n", "another\n"), assert.AssertionError);
});

Deno.test("files that documents link to are there", async () => {
  for (const document of DOCUMENTS) {
    const text = await read(document);
    const links = text.matchAll(/(?:\]\(|src(?:set)?=")(?!https?:|#)([^)"#]+)/g);
    for (const [, target] of links) {
      const path = join(ROOT, dirname(document), target!);
      const found = await Deno.stat(path).then(() => true, () => false);
      assert.ok(found, `${document} links to ${target}, which is not there`);
    }
  }
});

Deno.test("files of the project that documents name are there", async () => {
  const tests = new Set<string>();
  for (const folder of ["unit", "integration", "long"]) {
    for await (const { name } of Deno.readDir(join(ROOT, "tests", folder))) tests.add(name);
  }
  const named = /`((?:lib|sql|tests|bench|tools|deploy)\/[\w./-]+\.\w+|\w+_test\.ts)`/g;
  for (const document of DOCUMENTS) {
    for (const [, path] of (await read(document)).matchAll(named)) {
      const found = tests.has(path!) ||
        await Deno.stat(join(ROOT, path!)).then(() => true, () => false);
      assert.ok(found, `${document} names ${path}, which is not there`);
    }
  }
});

Deno.test("every command is in docs/cli.md, docs/json.md and README.md, and no others", async () => {
  const shown = COMMANDS.filter(({ hidden }) => hidden !== true);
  const names = shown.map(({ name }) => name).sort();
  const withJson = shown.filter(({ noJson }) => noJson !== true).map(({ name }) => name).sort();
  const outputs = (await read("docs/json.md")).matchAll(/^## (\S+)$/gm);
  assert.deepEqual([...outputs].map(([, name]) => name).sort(), withJson);
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

Deno.test("the versions that README.md promises are those that the tests run", async () => {
  const readme = await read("README.md");
  const promises = readme.slice(readme.indexOf("## What it promises"));
  const table = promises.slice(0, promises.indexOf("\n## "));
  const { "@electric-sql/pglite": pglite } = config.imports;
  const constraints = await Array.fromAsync(Deno.readDir(join(ROOT, "tests/support/airflow")));
  const versions = [
    ...Object.values(POSTGRES_VERSIONS).map((version) => version.replace(/\.\d+-.*$/, "")),
    ...KAFKA_VERSIONS,
    pglite.replace(/^.*@/, "PGlite "),
    `Deno ${Deno.version.deno}`,
    ...constraints.flatMap(({ name }) => /^constraints-(.+)\.txt$/.exec(name)?.[1] ?? []),
  ];
  for (const version of versions) assert.ok(table.includes(version), `README.md lacks ${version}`);
});

Deno.test("images of containers have versions", async () => {
  for (
    const [path, pattern] of [["compose.yaml", /^\s+image: (.*)$/gm], [
      "deploy/Dockerfile",
      /^FROM (?:--platform=\S+ )?(\S+)/gm,
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
  const folder = join(ROOT, "lib/config");
  for await (const { name } of Deno.readDir(folder)) {
    for (const [variable] of (await Deno.readTextFile(join(folder, name))).matchAll(variables)) {
      found.add(variable);
    }
  }
  const named = [...(await read("README.md")).matchAll(variables)].map(([variable]) => variable)
    .filter((variable) => !variable.endsWith("_FILE"));
  assert.deepEqual([...new Set(named)].sort(), [...found].sort());
});
