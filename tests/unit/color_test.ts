/** When texts are colored, and which. */
import assert from "node:assert/strict";
import { checkLines } from "../../lib/rendering/checks.ts";
import { usesColor } from "../../lib/config/color.ts";
import { COLORED, PLAIN } from "../../lib/runtime/colors.ts";
import { createLogger } from "../../lib/runtime/log.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { CaughtOutput } from "../support/output.ts";

/** Whether texts are colored on a terminal, and elsewhere. */
function uses(env: Record<string, string> = {}, color?: unknown): [boolean, boolean] {
  const source = { env: (name: string) => env[name], flags: { color } };
  return [usesColor(source, true), usesColor(source, false)];
}

Deno.test("a terminal is colored; options win over variables, NO_COLOR over FORCE_COLOR", () => {
  assert.deepEqual(uses(), [true, false]);
  assert.deepEqual(uses({ TERM: "dumb" }), [false, false]);
  assert.deepEqual(uses({ NO_COLOR: "1" }), [false, false]);
  assert.deepEqual(uses({ NO_COLOR: "" }), [true, false], "an empty one says nothing");
  assert.deepEqual(uses({ FORCE_COLOR: "1", TERM: "dumb" }), [true, true]);
  assert.deepEqual(uses({ FORCE_COLOR: "" }), [true, false], "an empty one says nothing");
  assert.deepEqual(uses({ FORCE_COLOR: "0" }), [false, false]);
  assert.deepEqual(uses({ FORCE_COLOR: "1", NO_COLOR: "1" }), [false, false]);
  assert.deepEqual(uses({ NO_COLOR: "1" }, "always"), [true, true]);
  assert.deepEqual(uses({ FORCE_COLOR: "1" }, "never"), [false, false]);
  assert.deepEqual(uses({ FORCE_COLOR: "1" }, false), [false, false], "--no-color");
  assert.deepEqual(uses({}, "auto"), [true, false]);
});

Deno.test("levels of the log have colors, messages from elsewhere cannot", async () => {
  const output = new CaughtOutput();
  const now = Temporal.Now.instant;
  const log = createLogger({ level: "debug", format: "text", output, now, paint: COLORED });
  log.info("begun");
  log.warn("slow \x1b[31m");
  log.error("gone");
  log.debug("details");
  await log.flush();
  assert.deepEqual(output.pieces, [
    "begun\n",
    "\x1b[33mwarn:\x1b[0m slow \\u001b[31m\n",
    "\x1b[31merror:\x1b[0m gone\n",
    "\x1b[2mdebug:\x1b[0m details\n",
  ]);
});

Deno.test("an error's name of the program is colored, where stderr is a terminal or it is asked for", async () => {
  const stderrOf = async (args: string[], terminal: boolean, env = {}) =>
    (await runCli(args, { terminal, env })).stderr;
  for (const wrong of [["dump", "october"], ["dumq"], ["dump", "--absent"]]) {
    assert.ok((await stderrOf(wrong, true)).startsWith(COLORED("bad", "finpipe:") + " "));
    assert.match(await stderrOf(wrong, false), /^finpipe: /);
    const forced = await stderrOf(["--color", "always", ...wrong], false);
    assert.ok(forced.startsWith(COLORED("bad", "finpipe:")));
    assert.match(await stderrOf(["--no-color", ...wrong], true), /^finpipe: /);
    assert.match(await stderrOf(wrong, true, { NO_COLOR: "1" }), /^finpipe: /);
  }
});

Deno.test("a check's outcome is colored, and the columns stay where they are", () => {
  const check = { check: "schema", outcome: "failed", detail: "absent" } as const;
  assert.deepEqual(checkLines(check, PLAIN), ["failed   schema: absent"]);
  assert.deepEqual(checkLines(check, COLORED), ["\x1b[31mfailed\x1b[0m   schema: absent"]);
});
