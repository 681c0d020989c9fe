/** Documentation that can't lie: what README.md shows is run, and what documents name is there. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "../../commands/registry.ts";
import config from "../../deno.json" with { type: "json" };
import { emptyDatabase, postgresTest } from "../support/postgres.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "docs/cli.md",
];

/** The server that README.md speaks of. */
const README_URL = "postgres://finpipe:secret@localhost:5432/finpipe";

/** A fenced block of commands, and of their stdout where that is shown after it. */
interface Example {
  script: string;
  stdout: string | undefined;
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, path));
}

/** The blocks that call finpipe, but for those that say why they are not run here. */
function examplesOf(markdown: string): Example[] {
  const blocks = markdown.matchAll(/^```sh\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm);
  return [...blocks]
    .map(([, script, stdout]) => ({ script: script!, stdout }))
    .filter(({ script }) => script.includes("./finpipe") && !/^# not run here: ./m.test(script));
}

/** Runs examples one after the other in a folder that looks like a clone. */
async function runAll(examples: Example[], fill = (script: string) => script): Promise<void> {
  assert.ok(examples.length > 0, "there is nothing to run");
  const folder = await Deno.makeTempDir({ prefix: "finpipe-docs-" });
  try {
    for (const name of ["finpipe", "tests"]) {
      await Deno.symlink(join(ROOT, name), join(folder, name));
    }
    for (const { script, stdout } of examples) {
      const result = await new Deno.Command("sh", {
        args: ["-eu", "-c", fill(script)],
        cwd: folder,
        clearEnv: true,
        env: environment(),
        stdin: "null",
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assert.equal(result.code, 0, `${script}\n${text(result.stderr)}`);
      if (stdout !== undefined) assert.equal(text(result.stdout), stdout, script);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** That of this process, but for what would configure finpipe. */
function environment(): Record<string, string> {
  const settings = /^(FINPIPE|AIRFLOW)_/;
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !settings.test(name)),
  );
}

Deno.test("README.md: the commands run in order, and print what it shows", async () => {
  const examples = examplesOf(await read("README.md"));
  await runAll(examples.filter(({ script }) => !script.includes(README_URL)));
});

postgresTest("README.md: the commands for PostgreSQL run in order", async (t) => {
  await using database = await emptyDatabase(t);
  const examples = examplesOf(await read("README.md"));
  await runAll(
    examples.filter(({ script }) => script.includes(README_URL)),
    (script) => script.replaceAll(README_URL, database.url),
  );
});

Deno.test("an example that fails, or prints something else, is found", async () => {
  const example = (script: string, stdout?: string) => runAll([{ script, stdout }]);
  await assert.rejects(example("./finpipe nonsense\ntrue\n"), /unknown command/);
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

Deno.test("every command is in docs/cli.md and in README.md, and no others", async () => {
  const names = COMMANDS.map(({ name }) => name).sort();
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
    for (const [, name] of (await read(document)).matchAll(/deno(?:@[\d.]+)? task ([a-z]+)/g)) {
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
    const images = [...(await read(path)).matchAll(pattern)].map(([, image]) => image!);
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
