/** What a person sees on a real terminal, a pseudo-terminal. */
import assert from "node:assert/strict";
import { EVENTS } from "../support/cli/interrupts.ts";
import { inFolder } from "../support/folder.ts";
import { inTerminal, terminalTest } from "../support/terminal/pseudo_terminal.ts";

/** What is left of a landing of the sample. */
const LANDED = [
  "3839 messages read",
  "  3655 transactions",
  "  126 currencies",
  "  58 duplicates dropped",
  "  0 rejected",
];

terminalTest(
  "progress fits a terminal of 20 columns, and is erased before other output",
  () =>
    inFolder(async (folder) => {
      const args = [
        "--work-dir",
        `${folder}/work`,
        "stream",
        "--source",
        EVENTS,
        "--batch-rows",
        "50",
      ];
      const { code, lines, moments, raw } = await inTerminal(args, { columns: 20 }).seen;
      assert.equal(code, 0, raw);
      assert.deepEqual(lines.slice(-LANDED.length), LANDED);
      const drawn = moments.filter((line) => /^\d+ messages?\b(?! read)/.test(line));
      assert.ok(drawn.length > 0, raw);
      assert.ok(drawn.every((line) => line.length < 20), drawn.join("\n"));
      assert.ok(!lines.some((line) => line.includes("/s")), lines.join("\n"));
    }),
);

/** A message that would clear the screen, and more, with a line end that is its own. */
const HOSTILE = '{"a":"\x1b[2J\u009b1A\u0007\u202e"}';

terminalTest(
  "a message's control characters are shown, and go to a file as they are",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/\u009b2J\u202eevents.jsonl`;
      await Deno.writeTextFile(path, `${HOSTILE}\n`);
      const at = ["--work-dir", `${folder}/work`];
      const env = { FINPIPE_LOG_LEVEL: "warn" };
      const landed = await inTerminal([...at, "stream", "--source", path], { columns: 80, env })
        .seen;
      assert.equal(landed.code, 0, landed.raw);
      // The level is colored, as it is looked at.
      assert.match(landed.raw, /\[33mwarn:.*Rejected 1 message/);
      const list = await inTerminal([...at, "rejected", "list"], { columns: 100, env }).seen;
      assert.match(list.lines[1]!, /2J\\u202eevents\.jsonl$/);
      assert.deepEqual([list.code, list.broken], [0, 0], list.raw);
      const show = [...at, "rejected", "show", "1"];
      const shown = await inTerminal(show, { columns: 80, env }).seen;
      assert.deepEqual(shown.lines, ['{"a":"\\u001b[2J\\u009b1A\\u0007\\u202e"}']);
      assert.ok(shown.raw.endsWith("\r\n"), "the prompt begins its own line");
      const redirect = `> "${folder}/bytes"`;
      await inTerminal(show, { columns: 80, env, redirect }).seen;
      assert.equal(await Deno.readTextFile(`${folder}/bytes`), HOSTILE);
    }),
);

terminalTest(
  "Ctrl-C says what is waited for; the second one ends it, and nothing is left drawn",
  () =>
    inFolder(async (folder) => {
      // It accepts connections, and says nothing.
      using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const env = {
        FINPIPE_PG_URL: `postgres://a:b@127.0.0.1:${silent.addr.port}/c`,
        FINPIPE_VERTICA_URL: "embedded",
        FINPIPE_WORK_DIR: `${folder}/work`,
      };
      const run = inTerminal(["stream", "--source", EVENTS], { columns: 80, env });
      const asked = await silent.accept();
      await run.type("\x03");
      await run.waitFor(
        /Stopping: waiting for staging to answer.*Ctrl-C again ends finpipe at once/s,
      );
      await run.type("\x03");
      const { code, lines } = await run.seen;
      asked.close();
      assert.equal(code, 130);
      assert.match(lines.join("\n"), /the next run continues from there$/);
    }),
);
