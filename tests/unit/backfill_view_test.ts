/** What a person sees of a backfill on a terminal, and what a log has of it. */
import assert from "node:assert/strict";
import { BackfillView } from "../../commands/backfill_view.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import type { Io } from "../../lib/runtime/io.ts";
import { createLogger } from "../../lib/runtime/log.ts";
import { CaughtOutput } from "../support/output.ts";

const [FIRST, SECOND] = ["2022-10-01", "2022-10-02"].map((day) =>
  runOfPartition(Temporal.PlainDate.from(day))
) as [ReturnType<typeof runOfPartition>, ReturnType<typeof runOfPartition>];
const facts = (brief: string) => ({ json: {}, lines: [], brief, rows: 1 });

function place(isTerminal: boolean, columns = 200, rows = 24) {
  const output = new CaughtOutput(isTerminal);
  const stdout = new CaughtOutput();
  const stderr = isTerminal ? output.withDrawing({ columns, rows }) : output;
  const clock = { now: 1000 };
  const now = () => Temporal.Now.instant();
  const log = createLogger({ level: "info", format: "text", output: stderr, now });
  const context = { io: { stderr, stdout } as unknown as Io, log, quiet: false, json: false };
  const view = new BackfillView(context, ["dump", "load", "cdm"], () => clock.now);
  const drawn = () => output.drawn.splice(0).map((lines) => lines.join("\n"));
  return { view, clock, log, stdout, drawn, take: () => output.pieces.splice(0) };
}

Deno.test("on a terminal the dates in work stand below what is printed, with what is left", async () => {
  const { view, clock, stdout, drawn } = place(true);
  using _view = view;
  view.onDates(3);
  view.onStep(FIRST, "dump");
  assert.deepEqual(drawn(), ["2022-10-02  dump: 0 s  load: -  cdm: -\n0 of 3 dates"]);
  view.onStepDone(FIRST, "dump", facts("400 transactions"));
  view.onStep(SECOND, "dump");
  clock.now += 1000;
  view.onStep(FIRST, "load");
  assert.deepEqual(drawn(), [
    "2022-10-02  dump: 400 transactions  load: 0 s  cdm: -\n" +
    "2022-10-03  dump: 1 s  load: -  cdm: -\n0 of 3 dates",
  ]);
  const watch = view.watchOf("transactions", FIRST.partition);
  clock.now += 1000;
  watch.begin("loading", 90_000_000);
  clock.now += 2000;
  watch.add(45_000_000);
  assert.match(
    drawn().at(-1)!,
    /load: transactions: loading, 45 MB of 90 MB, 23 MB\/s, 0:02 left {2}cdm: -\n2022-10-03 {2}dump: 4 s/,
  );
  clock.now += 1000;
  await view.onDay({ ...FIRST, steps: [{ name: "dump", facts: facts("400 transactions") }] });
  assert.equal(stdout.text(), "2022-10-02 (2022-10-01): dump: 400 transactions\n");
  clock.now += 1000;
  view.tell();
  assert.equal(
    drawn().at(-1)!,
    "2022-10-03  dump: 6 s  load: -  cdm: -\n1 of 3 dates, about 0:12 left",
  );
  view.onWait("Run date 2022-10-03, step load", 299_000);
  clock.now += 1000;
  view.tell();
  assert.match(drawn().at(-1)!, /\nRun date 2022-10-03, step load: trying again in 4:59$/);
  await view.clear();
  assert.deepEqual(drawn(), [""]);
});

Deno.test("a narrow terminal has the step that runs, a low one as many dates as fit", () => {
  const narrow = place(true, 30);
  using _narrow = narrow.view;
  narrow.view.onDates(1);
  narrow.view.onStep(FIRST, "load");
  narrow.view.watchOf("transactions", FIRST.partition).begin("loading", 90_000_000);
  narrow.clock.now += 1000;
  narrow.view.tell();
  assert.deepEqual(narrow.drawn().at(-1), "2022-10-02 load\n0 of 1 date");
  const low = place(true, 200, 3);
  using _low = low.view;
  low.view.onDates(9);
  for (let day = 1; day <= 9; day++) {
    low.view.onStep(runOfPartition(FIRST.partition.add({ days: day })), "dump");
  }
  low.clock.now += 1000;
  low.view.tell();
  assert.equal(low.drawn().at(-1), "2022-10-03  dump: 1 s  load: -  cdm: -\n0 of 9 dates");
});

Deno.test("where nobody looks, the log has what takes long, of each date", async () => {
  const { view, clock, log, take } = place(false);
  using _view = view;
  view.onDates(3);
  view.onStep(FIRST, "load");
  view.onStep(SECOND, "dump");
  view.watchOf("transactions", FIRST.partition).begin("loading", 1000);
  view.tell();
  clock.now += 60_000;
  view.tell();
  await view.clear();
  view.tell();
  await log.flush();
  assert.deepEqual(take(), [
    "Loading: transactions of 2022-10-01 bytes=0 of=1000 mb_per_second=0 seconds=60 dates_done=0 dates=3\n",
    "Run date 2022-10-03: dump seconds=60 dates_done=0 dates=3\n",
  ]);
});
