/** What a person sees of a backfill on a terminal, and what a log has of it. */
import assert from "node:assert/strict";
import { BackfillView } from "../../commands/backfill_view.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import type { Io } from "../../lib/runtime/io.ts";
import { createLogger } from "../../lib/runtime/log.ts";
import { overDrawn } from "../../lib/runtime/progress.ts";
import { CaughtOutput } from "../support/output.ts";

const CLEAR = "\r\x1b[2K";
const CLEAR_UP = `${CLEAR}\x1b[1A`;
const [FIRST, SECOND] = ["2022-10-01", "2022-10-02"].map((day) =>
  runOfPartition(Temporal.PlainDate.from(day))
) as [ReturnType<typeof runOfPartition>, ReturnType<typeof runOfPartition>];
const facts = (brief: string) => ({ json: {}, lines: [], brief, rows: 1 });

function place(isTerminal: boolean, columns?: number) {
  const output = Object.assign(new CaughtOutput(isTerminal), { columns });
  const stdout = new CaughtOutput();
  const stderr = overDrawn(output);
  const clock = { now: 1000 };
  const now = () => Temporal.Now.instant();
  const log = createLogger({ level: "info", format: "text", output: stderr, now });
  const context = { io: { stderr, stdout } as unknown as Io, log, quiet: false, json: false };
  const view = new BackfillView(context, ["dump", "load", "cdm"], () => clock.now);
  return { view, clock, log, stdout, take: () => output.pieces.splice(0) };
}

Deno.test("on a terminal the dates in work stand below what is printed, with what is left", async () => {
  const { view, clock, stdout, take } = place(true, 200);
  using _view = view;
  view.onDates(3);
  view.onStep(FIRST, "dump");
  assert.deepEqual(take(), [`${CLEAR}2022-10-02  dump: 0 s  load: -  cdm: -\n0 of 3 dates`]);
  view.onStepDone(FIRST, "dump", facts("400 transactions"));
  view.onStep(SECOND, "dump");
  clock.now += 1000;
  view.onStep(FIRST, "load");
  assert.deepEqual(take(), [
    `${CLEAR_UP}${CLEAR}2022-10-02  dump: 400 transactions  load: 0 s  cdm: -\n` +
    "2022-10-03  dump: 1 s  load: -  cdm: -\n0 of 3 dates",
  ]);
  const watch = view.watchOf("transactions", FIRST.partition);
  clock.now += 1000;
  watch.begin("loading", 90_000_000);
  clock.now += 2000;
  watch.add(45_000_000);
  assert.match(
    take().at(-1)!,
    /load: transactions: loading, 45 MB of 90 MB, 23 MB\/s {2}cdm: -\n2022-10-03 {2}dump: 4 s/,
  );
  clock.now += 1000;
  await view.onDay({ ...FIRST, steps: [{ name: "dump", facts: facts("400 transactions") }] });
  assert.equal(stdout.text(), "2022-10-02 (2022-10-01): dump: 400 transactions\n");
  view.tell();
  clock.now += 1000;
  view.tell();
  assert.match(
    take().at(-1)!,
    /2022-10-03 {2}dump: 6 s {2}load: - {2}cdm: -\n1 of 3 dates, about 0:12 left$/,
  );
  view.onWait("Run date 2022-10-03, step load", 299_000);
  clock.now += 1000;
  view.tell();
  assert.match(take().at(-1)!, /\nRun date 2022-10-03, step load: trying again in 4:59$/);
  await view.clear();
  assert.deepEqual(take(), [`${CLEAR_UP}${CLEAR}`]);
});

Deno.test("a line of the log takes the place of all lines that are drawn; each fits the terminal", async () => {
  const { view, clock, log, take } = place(true, 20);
  using _view = view;
  view.onDates(1);
  view.onStep(FIRST, "dump");
  assert.deepEqual(take(), [`${CLEAR}2022-10-02  dump: 0\n0 of 1 date`]);
  log.info("said");
  await log.flush();
  assert.deepEqual(take(), [`${CLEAR_UP}${CLEAR}said\n`]);
  clock.now += 1000;
  view.tell();
  assert.deepEqual(take(), [`${CLEAR}2022-10-02  dump: 1\n0 of 1 date`]);
  await view.clear();
});

Deno.test("where nobody looks, the log has what takes long, of each date", async () => {
  const { view, clock, log, take } = place(false);
  using _view = view;
  view.onDates(2);
  view.onStep(FIRST, "load");
  view.onStep(SECOND, "dump");
  view.watchOf("transactions", FIRST.partition).begin("loading", 1000);
  view.watchOf("currencies", SECOND.partition).begin("writing");
  view.tell();
  clock.now += 30_000;
  view.tell();
  await view.clear();
  view.tell();
  await log.flush();
  assert.deepEqual(take(), [
    "Loading: transactions of 2022-10-01 bytes=0 of=1000 seconds=30\n",
    "Writing: currencies of 2022-10-02 seconds=30\n",
  ]);
});
