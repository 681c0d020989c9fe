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
