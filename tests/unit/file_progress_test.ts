/** How far the work on a file is, on a terminal and in a log. */
import assert from "node:assert/strict";
import { FileProgress } from "../../lib/rendering/progress/file_progress.ts";
import { openPartitionFile } from "../../lib/partitions/partition_file.ts";
import type { Io } from "../../lib/runtime/io.ts";
import { createLogger } from "../../lib/runtime/log.ts";
import { writePartitionText } from "../support/partitions/reference.ts";
import { CaughtOutput } from "../support/output.ts";

const DAY = Temporal.PlainDate.from("2022-10-01");

/** What a command writes to stderr, and a clock that stands until it is put. */
function place(isTerminal: boolean, { quiet = false, columns = 200 } = {}) {
  const output = new CaughtOutput(isTerminal);
  const stderr = isTerminal ? output.withDrawing({ columns }) : output;
  const clock = { now: 1000 };
  const level = quiet ? "warn" as const : "info" as const;
  const now = () => Temporal.Now.instant();
  const log = createLogger({ level, format: "text", output: stderr, now });
  const context = { io: { stderr } as Io, log, quiet };
  return { written: output.pieces, drawn: output.drawn, clock, context, log };
}

Deno.test("on a terminal a line says what is done, how far it is, how fast and how long it takes", async () => {
  const { drawn, clock, context } = place(true);
  using progress = new FileProgress(context, () => clock.now);
  const take = () => drawn.splice(0).map((lines) => lines.join("\n"));
  const watch = progress.watchOf("transactions", DAY);
  watch.begin("proving", 10_589_000_000);
  clock.now += 4000;
  watch.add(3_200_000_000);
  assert.equal(take().at(-1), "transactions: proving, 3.2 GB of 10.6 GB, 800 MB/s, 0:10 left");
  // One just after it is left out, and drawn when the timer comes.
  watch.add(100_000_000);
  assert.deepEqual(take(), []);
  progress.tell();
  assert.equal(take().at(-1), "transactions: proving, 3.3 GB of 10.6 GB, 825 MB/s, 0:09 left");
  clock.now += 1000;
  watch.begin("loading", 500_000_000, 3_000_000);
  clock.now += 500;
  watch.add(100_000_000);
  assert.equal(
    take().at(-1),
    "transactions: loading, 100 MB of 500 MB, 200 MB/s, 0:02 left, about 600000 of 3000000 rows",
  );
  // What nobody can measure shows that it lives.
  watch.begin("comparing");
  clock.now += 12_000;
  progress.tell();
  assert.equal(take().at(-1), "transactions: comparing, 12 s");
  progress.watchOf("currencies", DAY).begin("writing");
  clock.now += 2000;
  progress.watchOf("currencies", DAY).add(3_000_000, 40_000);
  assert.equal(take().at(-1), "currencies: writing, 3 MB, 2 MB/s, 40000 rows");
  await progress.clear();
  clock.now += 2000;
  progress.tell();
  assert.deepEqual(take(), [""]);
});

Deno.test("the pace is that of the last seconds", () => {
  const { drawn, clock, context } = place(true);
  using progress = new FileProgress(context, () => clock.now);
  const watch = progress.watchOf("transactions", DAY);
  watch.begin("loading", 100_000_000_000);
  clock.now += 1000;
  watch.add(50_000_000_000);
  clock.now += 60_000;
  watch.add(10_000_000);
  assert.deepEqual(drawn.at(-1), [
    "transactions: loading, 50.0 GB of 100.0 GB, 1 MB/s, 13:53:10 left",
  ]);
  clock.now += 60_000;
  progress.tell();
  assert.deepEqual(drawn.at(-1), ["transactions: loading, 50.0 GB of 100.0 GB, 0 MB/s"]);
});

Deno.test("a narrow terminal gets as many parts as fit, none of them cut", () => {
  const lines = [79, 49, 30, 20].map((columns) => {
    const { drawn, clock, context } = place(true, { columns });
    using progress = new FileProgress(context, () => clock.now);
    const watch = progress.watchOf("transactions", DAY);
    watch.begin("loading", 500_000_000, 3_000_000);
    clock.now += 500;
    watch.add(100_000_000);
    return drawn.at(-1)![0]!;
  });
  assert.deepEqual(lines, [
    "transactions: loading, 100 MB of 500 MB, 200 MB/s, 0:02 left",
    "transactions: loading, 100 MB of 500 MB",
    "transactions: loading",
    "transactions: 20 %",
  ]);
});

Deno.test("a log says it each minute, as fields", async () => {
  const { written, clock, context, log } = place(false);
  using progress = new FileProgress(context, () => clock.now);
  const watch = progress.watchOf("transactions", DAY);
  progress.tell();
  watch.begin("proving", 90_000_000);
  watch.add(10);
  progress.tell();
  clock.now += 60_000;
  watch.add(30_000_000);
  progress.tell();
  watch.begin("comparing");
  clock.now += 60_000;
  progress.tell();
  await progress.clear();
  progress.tell();
  await log.flush();
  assert.deepEqual(written, [
    "Proving: transactions of 2022-10-01 bytes=30000010 of=90000000 mb_per_second=3 " +
    "seconds_left=20 seconds=60\n",
    "Comparing: transactions of 2022-10-01 seconds=60\n",
  ]);
});

Deno.test("--quiet says nothing of it", async () => {
  for (const isTerminal of [true, false]) {
    const { written, drawn, clock, context, log } = place(isTerminal, { quiet: true });
    using progress = new FileProgress(context, () => clock.now);
    progress.watchOf("transactions", DAY).begin("proving", 1000);
    clock.now += 30_000;
    progress.tell();
    await log.flush();
    assert.deepEqual([written, drawn], [[], []]);
  }
});

Deno.test("the proof of a file says how far it is, and ends with its signal", async () => {
  const workDir = await Deno.makeTempDir();
  try {
    const text = "a line\n".repeat(100_000);
    await writePartitionText(workDir, "transactions", "2022-10-01", text, {
      rows: 100_000,
      control_total: "0",
    });
    const stop = new AbortController();
    let said = 0;
    const watch = {
      begin: (work: string, of?: number) => assert.deepEqual([work, of], ["proving", text.length]),
      add(bytes: number) {
        said += bytes;
        stop.abort(new Error("told to"));
      },
    };
    const options = { watch, signal: stop.signal };
    await assert.rejects(openPartitionFile(workDir, "transactions", DAY, options), /told to/);
    assert.ok(said > 0 && said < text.length, `read ${said} of ${text.length}`);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
