/** The file of a backfill's metrics: what it holds after one that is well, fails, or is killed. */
import assert from "node:assert/strict";
import type { BackfillWatch } from "../../lib/backfill/backfill.ts";
import { NIGHT_METRICS, NightMetrics } from "../../lib/backfill/night_metrics.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { CaughtOutput } from "../support/output.ts";

const BEGIN = Temporal.Instant.from("2022-10-03T03:00:00Z");
const DAY = runOfPartition(Temporal.PlainDate.from("2022-10-02"));
const NONE = { missing: 0, failed: 0, running: 0, interrupted: 0, pruned: 0 };
const NIGHT = {
  stale: [Temporal.PlainDate.from("2022-10-01")],
  newest: DAY.partition,
  totals: { ...NONE, done: 7, stale: 1 },
};
const OTHER: BackfillWatch = { onStep() {}, onDay() {} };

class Place {
  now = BEGIN;
  constructor(readonly path: string) {}

  open(): Promise<NightMetrics> {
    return NightMetrics.open(this.path, { stdout: new CaughtOutput(), now: () => this.now });
  }

  /** One that runs `load` of a date for a minute, and ends so. */
  async night(code: number): Promise<void> {
    const metrics = await this.open();
    await metrics.begin();
    const watch = metrics.watching(OTHER);
    watch.onStep(DAY, "load");
    this.now = this.now.add({ minutes: 1 });
    if (code === 0) {
      watch.onStepDone?.(DAY, "load", { rows: 42, brief: "loaded", json: {}, lines: [] });
      await watch.onDay({ ...DAY, steps: [] });
      // A date that was stale again.
      await watch.onDay({ ...DAY, steps: [] });
    } else watch.onFailure?.(DAY);
    await metrics.end(code, code === 0 ? NIGHT : undefined);
  }

  /** Values by series, without the prefix. */
  async values(): Promise<Record<string, number>> {
    const lines = (await Deno.readTextFile(this.path)).split("\n");
    const series = lines.filter((line) => line !== "" && !line.startsWith("#"));
    return Object.fromEntries(series.map((line) => {
      const [name, value] = line.replace(/^finpipe_(backfill_)?/, "").split(" ");
      return [name, Number(value)];
    }));
  }
}

const seconds = (time: string) => Temporal.Instant.from(time).epochMilliseconds / 1000;

Deno.test("a night that is well says when, what, how long, and how all dates are", () =>
  inFolder(async (folder) => {
    const place = new Place(`${folder}/finpipe.prom`);
    await place.night(0);
    assert.deepEqual(await place.values(), {
      start_timestamp_seconds: seconds("2022-10-03T03:00:00Z"),
      end_timestamp_seconds: seconds("2022-10-03T03:01:00Z"),
      exit_code: 0,
      last_success_timestamp_seconds: seconds("2022-10-03T03:01:00Z"),
      newest_day_timestamp_seconds: seconds("2022-10-02T00:00:00Z"),
      'dates{result="done"}': 1,
      'dates{result="failed"}': 0,
      'rows{step="load"}': 42,
      'step_seconds{step="load"}': 60,
      'steps{state="missing"}': 0,
      'steps{state="failed"}': 0,
      'steps{state="running"}': 0,
      'steps{state="interrupted"}': 0,
      'steps{state="pruned"}': 0,
      'steps{state="done"}': 7,
      'steps{state="stale"}': 1,
    });
    const text = await Deno.readTextFile(place.path);
    for (const name of Object.keys(NIGHT_METRICS)) assert.match(text, new RegExp(`TYPE ${name} g`));
    // A collector runs as another user.
    await Deno.writeTextFile(`${folder}/other`, "");
    const [ours, other] = await Promise.all(
      ["finpipe.prom", "other"].map((name) => Deno.stat(`${folder}/${name}`)),
    );
    assert.equal(ours!.mode, other!.mode);
  }));

Deno.test("a night that fails keeps the last success, and how the dates were", () =>
  inFolder(async (folder) => {
    const place = new Place(`${folder}/finpipe.prom`);
    await place.night(0);
    const before = await place.values();
    place.now = BEGIN.add({ hours: 24 });
    await place.night(4);
    const after = await place.values();
    assert.deepEqual(
      [after.exit_code, after['dates{result="done"}'], after['dates{result="failed"}']],
      [4, 0, 1],
    );
    assert.equal(after.end_timestamp_seconds, seconds("2022-10-04T03:01:00Z"));
    for (const name of ["last_success_timestamp_seconds", "newest_day_timestamp_seconds"]) {
      assert.equal(after[name], before[name], name);
    }
    assert.equal(after['steps{state="stale"}'], 1);
    assert.equal(after['rows{step="load"}'], undefined);
  }));

Deno.test("one that is killed has begun and not ended", () =>
  inFolder(async (folder) => {
    const place = new Place(`${folder}/finpipe.prom`);
    await place.night(0);
    place.now = BEGIN.add({ hours: 24 });
    await (await place.open()).begin();
    const { start_timestamp_seconds: start, end_timestamp_seconds: end } = await place.values();
    assert.ok(start! > end!);
    // The next one goes on from what stands there.
    await place.night(0);
    assert.equal((await place.values()).exit_code, 0);
    assert.deepEqual(await namesIn(folder), ["finpipe.prom"]);
  }));

Deno.test("a file that holds anything else is refused, and left as it is", () =>
  inFolder(async (folder) => {
    const place = new Place(`${folder}/finpipe.prom`);
    await place.night(0);
    const ours = await Deno.readTextFile(place.path);
    const others = [
      `${ours}other_metric 1\n`,
      `# a note\n${ours}`,
      "a,b\n",
      "\xff\n",
      "\n".repeat(2e6),
    ];
    for (const text of others) {
      await Deno.writeTextFile(place.path, text);
      await assert.rejects(place.open(), { kind: "failed", message: /: it holds something else$/ });
      assert.equal(await Deno.readTextFile(place.path), text);
    }
  }));

Deno.test("a file of another version is read as far as it is known, and an empty one taken", () =>
  inFolder(async (folder) => {
    const place = new Place(`${folder}/finpipe.prom`);
    await Deno.writeTextFile(place.path, 'finpipe_new 1\nfinpipe_steps{state="done"} many\n');
    await place.night(4);
    assert.deepEqual(
      Object.keys(await place.values()).filter((name) => /^(new|steps\{)/.test(name)),
      [],
    );
    await Deno.writeTextFile(place.path, "");
    await place.night(0);
    assert.equal((await place.values()).exit_code, 0);
  }));

Deno.test("a file that cannot be written is told first; a pipe is written and not read", () =>
  inFolder(async (folder) => {
    for (const path of [folder, `${folder}/absent/finpipe.prom`, "/dev/null/finpipe.prom"]) {
      await assert.rejects(new Place(path).open(), { kind: "failed" });
    }
    const fifo = `${folder}/fifo`;
    assert.ok((await new Deno.Command("mkfifo", { args: [fifo] }).output()).success);
    const read = Deno.readTextFile(fifo);
    await new Place(fifo).open();
    assert.match(await read, /^# HELP finpipe_/);
  }));
