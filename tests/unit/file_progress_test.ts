/** How far the work on a file is, on a terminal and in a log. */
import assert from "node:assert/strict";
import { FileProgress } from "../../commands/file_progress.ts";
import { openPartitionFile } from "../../lib/partitions/partition_file.ts";
import type { Io } from "../../lib/runtime/io.ts";
import { createLogger } from "../../lib/runtime/log.ts";
import { overDrawn, Progress } from "../../lib/runtime/progress.ts";
import { writePartitionText } from "../support/partitions/reference.ts";
import { CaughtOutput } from "../support/output.ts";

const DAY = Temporal.PlainDate.from("2022-10-01");
const CLEAR = "\r\x1b[2K";

/** What a command writes to stderr, and a clock that stands until it is put. */
function place(isTerminal: boolean, { quiet = false } = {}) {
  const output = new CaughtOutput(isTerminal);
  const stderr = overDrawn(output);
  const clock = { now: 1000 };
  const level = quiet ? "warn" as const : "info" as const;
  const now = () => Temporal.Now.instant();
  const log = createLogger({ level, format: "text", output: stderr, now });
  const context = { io: { stderr } as Io, log, quiet };
  return { written: output.pieces, clock, context, log, stderr };
}

Deno.test("on a terminal a line says what is done and how far it is", async () => {
  const { written, clock, context } = place(true);
  using progress = new FileProgress(context, () => clock.now);
  const take = () => written.splice(0);
  const watch = progress.watchOf("transactions", DAY);
  watch.begin("proving", 10_589_000_000);
  clock.now += 4000;
  watch.add(3_200_000_000);
  assert.deepEqual(take().at(-1), `${CLEAR}transactions: proving, 3.2 GB of 10.6 GB, 800 MB/s`);
  // One just after it is left out.
  watch.add(1);
  assert.deepEqual(take(), []);
  progress.title = "2022-10-02 load: ";
  clock.now += 1000;
  watch.begin("loading", 500_000_000);
  clock.now += 500;
  watch.add(100_000_000);
  assert.equal(
    take().at(-1),
    `${CLEAR}2022-10-02 load: transactions: loading, 100 MB of 500 MB, 200 MB/s`,
  );
  // What nobody can measure shows that it lives.
  watch.begin("comparing");
  clock.now += 12_000;
  progress.tell();
  assert.equal(take().at(-1), `${CLEAR}2022-10-02 load: transactions: comparing, 12 s`);
  progress.watchOf("currencies", DAY).begin("writing");
  clock.now += 2000;
  progress.watchOf("currencies", DAY).add(3_000_000);
  assert.equal(take().at(-1), `${CLEAR}2022-10-02 load: currencies: writing, 3 MB, 2 MB/s`);
  await progress.clear();
  clock.now += 2000;
  progress.tell();
  assert.deepEqual(take(), [CLEAR]);
});

Deno.test("a log says it now and then, as fields", async () => {
  const { written, clock, context, log } = place(false);
  using progress = new FileProgress(context, () => clock.now);
  const watch = progress.watchOf("transactions", DAY);
  progress.tell();
  watch.begin("proving", 1000);
  watch.add(10);
  progress.tell();
  clock.now += 30_000;
  watch.add(490);
  progress.tell();
  watch.begin("comparing");
  clock.now += 30_000;
  progress.tell();
  await progress.clear();
  progress.tell();
  await log.flush();
  assert.deepEqual(written, [
    "Proving: transactions of 2022-10-01 bytes=500 of=1000 seconds=30\n",
    "Comparing: transactions of 2022-10-01 seconds=30\n",
  ]);
});

Deno.test("--quiet says nothing of it", async () => {
  for (const isTerminal of [true, false]) {
    const { written, clock, context, log } = place(isTerminal, { quiet: true });
    using progress = new FileProgress(context, () => clock.now);
    progress.watchOf("transactions", DAY).begin("proving", 1000);
    clock.now += 30_000;
    progress.tell();
    await log.flush();
    assert.deepEqual(written, []);
  }
});

Deno.test("a line of the log takes the place of one that is drawn", async () => {
  const { written, stderr, log } = place(true);
  const progress = new Progress(stderr, true, () => written.length * 1000);
  log.info("begin");
  progress.show(() => "1 of 2");
  log.info("done with 1");
  log.info("and with 2");
  await log.flush();
  progress.show(() => "2 of 2");
  await progress.clear();
  await stderr.write("end\n");
  assert.equal(
    written.join(""),
    `${CLEAR}1 of 2${CLEAR}begin\ndone with 1\nand with 2\n${CLEAR}2 of 2${CLEAR}end\n`,
  );
});

Deno.test("a result on the same terminal takes the place of what is drawn", async () => {
  const { written, stderr } = place(true);
  const progress = new Progress(stderr, true, () => written.length * 1000);
  const stdout = progress.over(stderr);
  await stdout.write("begin\n");
  progress.show(() => "1 of 2");
  await stdout.write("1 is done\n");
  await stdout.write("2 is done\n");
  assert.equal(written.join(""), `begin\n${CLEAR}1 of 2${CLEAR}1 is done\n2 is done\n`);
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
