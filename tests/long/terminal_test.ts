/** Longer work on a pseudo-terminal. */
import assert from "node:assert/strict";
import { EVENTS } from "../support/cli/interrupts.ts";
import { inFolder } from "../support/folder.ts";
import { inTerminal, terminalTest } from "../support/terminal/pseudo_terminal.ts";

terminalTest(
  "a demo leaves nothing of what it draws, and its table fits 80 columns",
  () =>
    inFolder(async (folder) => {
      const args = ["--work-dir", `${folder}/demo`, "demo"];
      const { code, lines, moments, raw } = await inTerminal(args, { columns: 80, rows: 60 }).seen;
      assert.equal(code, 0, raw);
      const text = lines.join("\n");
      assert.ok(moments.some((line) => line === "making events"), moments.join("\n"));
      assert.match(text, /^Made 21919 messages for /);
      assert.match(text, /^Landed 21338 transactions and 294 currencies; /m);
      assert.doesNotMatch(text, /opening|making|landing:|backfill: /);
      const table = lines.filter((line) => /^2022-10-0\d {2}/.test(line));
      assert.ok(table.length > 0 && table.every(({ length }) => length <= 80), text);
    }),
);

terminalTest(
  "a backfill's dates stand below its lines, and are gone at its end",
  () =>
    inFolder(async (folder) => {
      const at = ["--work-dir", `${folder}/work`];
      const landed = await inTerminal([...at, "stream", "--source", EVENTS], { columns: 80 }).seen;
      assert.equal(landed.code, 0, landed.raw);
      const args = [...at, "backfill", "2022-10-02..2022-10-06"];
      const { code, lines, moments, raw } = await inTerminal(args, { columns: 40 }).seen;
      assert.equal(code, 0, raw);
      assert.ok(moments.some((line) => /^\d of 5 dates/.test(line)), moments.join("\n"));
      const dates = lines.filter((line) => /^2022/.test(line)).map((line) => line.slice(0, 23));
      assert.deepEqual(dates, [
        "2022-10-02 (2022-10-01)",
        "2022-10-03 (2022-10-02)",
        "2022-10-04 (2022-10-03)",
        "2022-10-05 (2022-10-04)",
        "2022-10-06 (2022-10-05)",
      ]);
      // What was logged of a date stands before its line.
      const at1 = lines.findIndex((line) => line.startsWith("Built the mart for 2022-10-01"));
      assert.ok(at1 >= 0 && at1 < lines.findIndex((line) => line.startsWith("2022-10-02 (")));
    }),
);
