/** The steps of a day are told wherever somebody looks for them. */
import assert from "node:assert/strict";
import { CommandLines } from "../../lib/runtime/command_lines.ts";
import { allOf } from "../../lib/runtime/words.ts";
import { loadSteps, STEPS } from "../../lib/steps/registry.ts";
import { usesOf } from "../../lib/steps/step.ts";
import { readDocument } from "../support/docs/documents.ts";
import { runCli } from "../support/cli/run_cli.ts";

const steps = await loadSteps(STEPS);
const names = STEPS.map(({ name }) => name);

/** What `--help` says, whatever its lines. */
async function helpOf(...command: string[]): Promise<string> {
  const { code, stdout } = await runCli([...command, "--help"]);
  assert.equal(code, 0);
  return stdout.replaceAll(/\s+/g, " ");
}

Deno.test("help lists the steps in order, before the backfill that runs them", async () => {
  const commands = STEPS.map(({ name, summary }) => `${name} ${summary} `).join("");
  assert.ok((await helpOf()).includes(` ${commands}backfill `), commands);
  assert.ok((await helpOf("backfill")).includes(`Runs ${allOf(names)} for each run date`));
});

Deno.test("the help of a step has all that it declares, and a backfill has its options", async () => {
  const backfill = await helpOf("backfill");
  for (const { name, description, examples, options, waitsForDayEnd, byDataset, undo } of steps) {
    const help = await helpOf(name);
    const declared = [description, ...examples.flat(), ...(undo === undefined ? [] : [undo.doc])];
    for (const text of declared) assert.ok(help.includes(text), `${name}: ${text}`);
    assert.equal(help.includes("--allow-open-day"), waitsForDayEnd, name);
    assert.equal(help.includes("--dataset"), byDataset, name);
    assert.equal(help.includes("--undo"), undo !== undefined, name);
    for (const { flags, doc } of options) {
      assert.ok(help.includes(`${flags} ${doc}`), `${name}: ${flags}`);
      // A backfill has one of its own, which means this one as well.
      const inBackfill = flags === "--force" ? flags : `${flags} ${doc}`;
      assert.ok(backfill.includes(inBackfill), `backfill: ${flags}`);
    }
  }
});

Deno.test("ARCHITECTURE.md leads to each step, in order", async () => {
  const path = (await readDocument("ARCHITECTURE.md")).matchAll(/^\d\. `lib\/steps\/(\w+)\.ts`/gm);
  assert.deepEqual([...path].map(([, name]) => name), names);
});

Deno.test("a command line that a text names keeps the dataset, of the steps that take one", () => {
  const lines = new CommandLines(() => "finpipe", { dataset: "currencies" });
  for (const { name, byDataset } of steps) {
    assert.equal(
      lines.complete(`Run 'finpipe ${name} 2022-10-02'`),
      `Run 'finpipe ${name}${byDataset ? " --dataset currencies" : ""} 2022-10-02'`,
    );
  }
});

Deno.test("what several steps touch is what each of them does", () => {
  const uses = { staging: true, warehouse: true, partitionFiles: true };
  assert.deepEqual(usesOf(steps), uses);
  assert.deepEqual(usesOf(steps.toReversed()), uses);
  assert.deepEqual(usesOf(steps.slice(1)), { warehouse: true });
  assert.deepEqual(usesOf([]), {});
});
