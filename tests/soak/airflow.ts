/**
 * The DAG of deploy/airflow, run by real Airflows against `./finpipe` on the embedded engine: dates in
 * order, exit code 75 retried, exit code 3 failed at once, the dates after it waiting until somebody
 * clears it, the same mart as from one backfill.
 *
 * `--airflow VERSION` is one version only. The last line is `N passed, N failed`, of versions.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import {
  Airflow,
  AIRFLOWS,
  type AirflowVersion,
  type TaskRun,
} from "../support/airflow/airflow.ts";
import { runCli } from "../support/cli/run_cli.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EVENTS = join(ROOT, "tests/fixtures/events.jsonl");
const STEPS = ["dump", "load", "dwh", "cdm"];
const DATES = ["2022-10-02", "2022-10-03", "2022-10-04", "2022-10-05"] as const;
/** Long enough to release the folder before the retry, on a busy machine too. */
const RETRY_DELAY_SECONDS = 15;
/** Milliseconds after which a run will not get any further. */
const PATIENCE = 600_000;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { airflow: { type: "string" } } });
  let [passed, failed] = [0, 0];
  for (const version of AIRFLOWS) {
    if (values.airflow !== undefined && values.airflow !== version) continue;
    try {
      await runDag(version);
      passed++;
    } catch (error) {
      failed++;
      await say(`FAILED: Airflow ${version}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  await say(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function runDag(version: AirflowVersion): Promise<void> {
  await say(`Airflow ${version}`);
  const folder = await Deno.makeTempDir({ prefix: "finpipe-airflow-data-" });
  try {
    await using airflow = await Airflow.create(version);
    // Its processes are no children of the terminal's group.
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        void airflow[Symbol.asyncDispose]().finally(() => Deno.exit(1));
      });
    }
    await operate(airflow, folder).catch(async (error) => {
      await say(`${JSON.stringify(airflow.tasks())}\n${await airflow.serviceLogs()}`);
      throw error;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function operate(airflow: Airflow, folder: string): Promise<void> {
  const workDir = join(folder, "work");
  await finpipe(["stream", "--source", EVENTS], workDir);
  const configure = async (command: string, until: string) => {
    const variable = JSON.stringify({
      start_date: DATES[0],
      end_date: until,
      retry_delay_seconds: RETRY_DELAY_SECONDS,
      command,
      work_dir: workDir,
    });
    const { code, output } = await airflow.airflow("variables", "set", "finpipe", variable);
    assert.equal(code, 0, output);
  };
  const launcher = join(ROOT, "finpipe");
  await configure(launcher, DATES[1]);

  // Whoever has the folder open keeps all others out, with exit code 75.
  const holder = await openEmbeddedSession(workDir, { make: false });
  try {
    airflow.start(denoHome());
    await reached(airflow, DATES[0], "dump", "up_for_retry");
  } finally {
    await holder.close();
  }
  assert.match(await airflow.log(DATES[0], "dump", 1), /exit code 75/);
  await done(airflow, DATES.slice(0, 2));
  assertInOrder(airflow.tasks());
  const first = taskOf(airflow, DATES[0], "dump");
  assert.equal(first.tries, 2);
  assert.equal(taskOf(airflow, DATES[1], "dump").tries, 1);
  await say("  exit code 75 was retried, and two dates ran in order");

  await configure(`env FINPIPE_ENGINE=remote ${launcher}`, DATES[3]);
  await reached(airflow, DATES[2], "dump", "failed");
  assert.equal(taskOf(airflow, DATES[2], "dump").tries, 1);
  const log = await airflow.log(DATES[2], "dump", 1);
  assert.match(log, /exit code 3/);
  assert.match(log, /Not retried/);
  await untilSo(() => airflow.wasLookedAt(DATES[3]));
  for (const step of STEPS) assert.equal(taskOf(airflow, DATES[3], step).state, null, step);
  await say("  exit code 3 failed at once, and the next date waits");

  await configure(launcher, DATES[3]);
  const { code, output } = await airflow.airflow(
    ...[
      "tasks",
      "clear",
      "finpipe",
      "--start-date",
      DATES[2],
      "--end-date",
      `${DATES[2]}T23:00:00`,
    ],
    ...["--only-failed", "--downstream", "--yes"],
  );
  assert.equal(code, 0, output);
  await done(airflow, DATES);
  assertInOrder(airflow.tasks());

  const range = `${DATES[0]}..${DATES[3]}`;
  const plain = join(folder, "plain");
  await finpipe(["stream", "--source", EVENTS], plain);
  await finpipe(["backfill", range], plain);
  const report = ["report", "--format", "csv"];
  assert.equal(await finpipe(report, workDir), await finpipe(report, plain));
  const status = JSON.parse(await finpipe(["status", range, "--json"], workDir));
  const steps = DATES.length * STEPS.length;
  assert.equal(status.totals.done, steps);
  for (const { run_date, steps } of status.runs) {
    // Airflow's runs are in the ledger.
    for (const step of STEPS) assert.notEqual(steps[step].seconds, null, `${run_date} ${step}`);
  }
  await say(`  ${steps} steps are done, and the mart is that of one backfill`);
}

/** Asserts that at most one task ran at a time: the steps of a date in order, then the next date. */
function assertInOrder(tasks: readonly TaskRun[]): void {
  const ran = tasks.filter(({ began }) => began !== null)
    .sort((one, other) => one.began! < other.began! ? -1 : 1);
  const names = ran.map(({ date, task }) => `${date} ${task}`);
  const dates = [...new Set(tasks.map(({ date }) => date))];
  assert.deepEqual(names, dates.flatMap((date) => STEPS.map((step) => `${date} ${step}`)));
  for (const [index, { began }] of ran.entries()) {
    assert.ok(index === 0 || ran[index - 1]!.ended! <= began!, `${names[index]} overlaps`);
  }
}

function taskOf(airflow: Airflow, date: string, task: string): TaskRun {
  const found = airflow.tasks().find((each) => each.date === date && each.task === task);
  assert.ok(found !== undefined, `Airflow has no ${task} of ${date}`);
  return found;
}

async function reached(airflow: Airflow, date: string, task: string, state: string): Promise<void> {
  await untilSo(() =>
    airflow.tasks().some((each) => each.date === date && each.task === task && each.state === state)
  );
}

async function done(airflow: Airflow, dates: readonly string[]): Promise<void> {
  await untilSo(() => {
    const tasks = airflow.tasks().filter(({ date }) => dates.includes(date));
    const failed = tasks.filter(({ state }) => state === "failed" || state === "upstream_failed");
    assert.deepEqual(failed, []);
    return tasks.length === dates.length * STEPS.length &&
      tasks.every(({ state }) => state === "success");
  });
}

async function untilSo(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`It never came to be: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function finpipe(args: readonly string[], workDir: string): Promise<string> {
  const { code, stdout, stderr } = await runCli([...args, "--work-dir", workDir]);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** Where deno keeps what it has fetched, as Airflow's HOME is another one. */
function denoHome(): Record<string, string> {
  const home = Deno.env.get("HOME") ?? "/";
  return { DENO_DIR: Deno.env.get("DENO_DIR") ?? join(home, ".cache", "deno") };
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
