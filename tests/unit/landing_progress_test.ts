/** How far a landing, a replay or an emit is, on a terminal and in a log. */
import assert from "node:assert/strict";
import type { Commit, Totals } from "../../lib/landing/partition_lander.ts";
import { CountedWork } from "../../lib/rendering/progress/counted_work.ts";
import { LandingProgress } from "../../lib/rendering/progress/landing_progress.ts";
import type { Io } from "../../lib/runtime/io.ts";
import { createLogger } from "../../lib/runtime/log.ts";
import { CaughtOutput } from "../support/output.ts";

/** What a command writes to stderr, and a clock that stands until it is put. */
function place(isTerminal: boolean, columns = 200) {
  const output = new CaughtOutput(isTerminal);
  const stderr = isTerminal ? output.withDrawing({ columns }) : output;
  const clock = { now: 1000 };
  const log = createLogger({
    level: "info",
    format: "text",
    output: stderr,
    now: () => Temporal.Now.instant(),
  });
  const context = { io: { stderr } as Io, log, quiet: false };
  const drawn = () => output.drawn.splice(0).at(-1)?.join("\n");
  return { written: output.pieces, drawn, clock, context, log };
}

/** A commit of 1 KB messages after which so many were read. */
function commit(progress: LandingProgress, messages_read: number, messages: number): void {
  progress.onProgress({ messages_read } as Totals, { bytes: messages * 1000 } as Commit);
}

Deno.test("a resident stream: the last count is always shown, with the pace of the last seconds and the lag", async () => {
  const { drawn, clock, context } = place(true);
  using progress = new LandingProgress(context, () => clock.now);
  progress.tell();
  assert.equal(drawn(), "0 messages, 0/s, 0.0 MB/s");
  let lag = 6000;
  progress.onSource(() => ({ messages: lag }));
  clock.now += 2000;
  commit(progress, 4000, 4000);
  assert.equal(drawn(), "4000 messages, 2000/s, 2 MB/s, lag 6000, 0:03 left");
  // Just after it: only the timer draws it.
  clock.now += 100;
  lag = 0;
  commit(progress, 4001, 1);
  assert.equal(drawn(), undefined);
  progress.tell();
  assert.equal(drawn(), "4001 messages, 1905/s, 2 MB/s, lag 0");
  // An hour later the pace is not that of the whole time.
  clock.now += 3_600_000;
  progress.tell();
  assert.equal(drawn(), "4001 messages, 0/s, 0.0 MB/s, lag 0");
  clock.now += 1000;
  commit(progress, 4011, 10);
  assert.equal(drawn(), "4011 messages, 1/s, 0.0 MB/s, lag 0");
  await progress.clear();
});

Deno.test("a file's time left is by its bytes on the disk, packed or not", () => {
  const { drawn, clock, context } = place(true);
  using progress = new LandingProgress(context, () => clock.now);
  const bytes = { read: 0, of: 1_000_000 };
  progress.onSource(() => ({ bytes }));
  clock.now += 4000;
  bytes.read = 400_000;
  commit(progress, 8000, 8000);
  assert.equal(drawn(), "8000 messages, 2000/s, 2 MB/s, 0:06 left");
});

Deno.test("a log has a line a minute, unless nothing happens", async () => {
  const { written, clock, context, log } = place(false);
  using progress = new LandingProgress(context, () => clock.now);
  progress.tell();
  clock.now += 60_000;
  let lag = 50;
  progress.onSource(() => ({ messages: lag }));
  commit(progress, 3000, 3000);
  progress.tell();
  lag = 0;
  clock.now += 60_000;
  commit(progress, 3050, 50);
  progress.tell();
  clock.now += 60_000;
  progress.tell();
  lag = 7;
  progress.tell();
  await log.flush();
  assert.deepEqual(written, [
    "Landing messages=3000 per_second=300 mb_per_second=0.3 lag=50 seconds_left=1\n",
    "Landing messages=3050 per_second=5 mb_per_second=0 lag=0\n",
    "Landing messages=3050 per_second=0 mb_per_second=0 lag=7\n",
  ]);
});

Deno.test("work on one thing after the other says how many, how fast, and what is left of a known number", async () => {
  const words = { verb: "Replaying", noun: "message", field: "messages" };
  const { drawn, clock, context } = place(true);
  using progress = new CountedWork(context, words, { clock: () => clock.now });
  clock.now += 1000;
  progress.done(1);
  assert.equal(drawn(), "Replaying: 1 message, 1/s");
  const known = place(true, 30);
  using some = new CountedWork(known.context, words, { of: 500, clock: () => known.clock.now });
  known.clock.now += 1000;
  some.done(100);
  assert.equal(known.drawn(), "100 of 500 messages");
  const { written, ...quiet } = place(false);
  using logged = new CountedWork(quiet.context, words, { of: 500, clock: () => quiet.clock.now });
  logged.tell();
  quiet.clock.now += 60_000;
  logged.done(100);
  logged.tell();
  await quiet.log.flush();
  assert.deepEqual(written, [
    "Replaying messages messages=100 of=500 per_second=10 seconds_left=40 seconds=60\n",
  ]);
});
