/** Longer work on a pseudo-terminal. */
import assert from "node:assert/strict";
import { EVENTS } from "../support/cli/interrupts.ts";
import { inFolder } from "../support/folder.ts";
import { inTerminal, terminalTest } from "../support/terminal/pseudo_terminal.ts";
import { landingPlace, topicTest, untilRead } from "../support/topic/landing.ts";

terminalTest(
  "a demo leaves nothing of what it draws, and its table fits 80 columns",
  () =>
    inFolder(async (folder) => {
      const args = ["--work-dir", `${folder}/demo`, "demo"];
      const { code, lines, moments, raw } = await inTerminal(args, { columns: 80, rows: 60 }).seen;
      assert.equal(code, 0, raw);
      const text = lines.join("\n");
      assert.ok(
        moments.some((line) => /^(making events|landing: )/.test(line)),
        moments.join("\n"),
      );
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
      assert.ok(!lines.some((line) => line.startsWith("Built the mart")), raw);
    }),
);

await topicTest(
  "a resident stream shows its last count, and Ctrl-C ends it with its result",
  async (t) => {
    await using place = await landingPlace(t, { partitions: 2 });
    const { FINPIPE_LOG_FORMAT: _, ...env } = place.env;
    const stream = inTerminal(["stream", "--linger", "20ms"], { columns: 80, env });
    place.endsWithPlace(() => stream.type("\x03").catch(() => {}));
    await stream.waitFor(/Assigned 2 partitions/);
    await place.emit("--dates", "2022-10-01", "--operations-per-day", "200");
    await untilRead(place);
    const [row] = await place.query(
      "SELECT sum(messages_read) AS read FROM finpipe.source_partitions WHERE kind = 'kafka'",
    );
    const last = Number(row!.read);
    // Nothing comes after it: only the timer draws it.
    await stream.waitFor(new RegExp(`${last} messages, \\d+/s, .*lag 0`));
    await stream.type("\x03");
    const { code, lines, moments, raw } = await stream.seen;
    assert.equal(code, 0, raw);
    assert.ok(moments.some((line) => line.startsWith(`${last} messages, `)), moments.join("\n"));
    assert.deepEqual(lines.filter((line) => / messages/.test(line)), [`${last} messages read`]);
  },
);
