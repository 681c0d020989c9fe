/** GitHub's workflows: linted, and what they name is there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileOf, TARGETS } from "../../tools/release/targets.ts";
import { namesIn } from "../support/cli/offline.ts";
import { readDocument as read, ROOT } from "../support/docs/documents.ts";
import { runTool, toolTest } from "../support/docs/deploy_tools.ts";

const FOLDER = ".github/workflows";
const release = await read(`${FOLDER}/release.yml`);

await toolTest("actionlint: the workflows have nothing to mend", "actionlint", async () => {
  const { success, output } = await runTool("actionlint", [], { cwd: ROOT });
  assert.ok(success, output);
});

await toolTest("zizmor: the workflows give away no rights", "zizmor", async () => {
  const { success, output } = await runTool("zizmor", ["--offline", FOLDER], { cwd: ROOT });
  assert.ok(success, output);
});

Deno.test("a release makes a binary for each target, under the name that it is looked for", () => {
  const rows = release.matchAll(/\{ target: (\S+), runner: [\w.-]+(?:, suffix: (\S+))? \}/g);
  const names = [...rows].map(([, target, suffix = ""]) => `finpipe-${target}${suffix}`);
  assert.deepEqual(names, TARGETS.map(fileOf));
});

Deno.test("workflows run scripts and tasks that are there", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  let paths = 0;
  for (const name of await namesIn(join(ROOT, FOLDER))) {
    const text = await read(`${FOLDER}/${name}`);
    for (const [path] of text.matchAll(/\b(?:tools|tests)\/[\w./-]+\.(?:ts|sh)\b/g)) {
      assert.ok(await Deno.stat(join(ROOT, path)), path);
      paths++;
    }
    for (const [, task] of text.matchAll(/\$DENO task ([\w:]+)/g)) {
      assert.ok(task! in tasks, `task ${task}`);
    }
  }
  assert.ok(paths >= 6);
});

Deno.test("actions are pinned by a commit, with the version beside it", async () => {
  for (const name of await namesIn(join(ROOT, FOLDER))) {
    for (const [line] of (await read(`${FOLDER}/${name}`)).matchAll(/uses: (?!\.\/).*/g)) {
      assert.match(line, /^uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  }
});
