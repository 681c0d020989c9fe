/**
 * The whole chain as real processes, killed (kill -9) at random moments and then run to the end: what
 * is left must be what a chain leaves that nobody killed.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { emulate } from "../../../lib/events/emulator.ts";
import { type Random, randomOf } from "../../../lib/events/random.ts";
import { type ChainState, readState } from "./state.ts";
import type { TestDatabase } from "../postgres/database.ts";
import { spawnCli } from "../cli/run_cli.ts";
import { messageOf } from "../../../lib/runtime/errors.ts";

/** The steps of the chain, in order; all but `init` are killed. */
const STEPS = ["init", "stream", "dump", "load", "backfill"] as const;
type Step = (typeof STEPS)[number];

/** How often each step is killed. */
type Kills = Partial<Record<Step, number>>;

/** Milliseconds that a step takes from its start to its end, as it was measured last. */
type Pace = Map<Step, number>;

/** Processes that may end before their kill, or find a killed one's session, in a row. */
const MOST_TRIES = 50;

/** `EX_TEMPFAIL`: somebody else works on the same thing. */
const LOCKED = 75;

/** What the killed chains of an engine are run with. */
export interface KillOptions {
  seed: number;
  /** Kills in each chain; its length is how many chains there are. */
  kills: readonly number[];
  /** Makes an empty database for a chain; without it both ends are embedded. */
  database?: () => Promise<TestDatabase>;
  /** Told of each kill. */
  log?: (line: string) => void;
}

/**
 * Runs a chain that nobody kills, then the killed ones, and compares what they leave.
 *
 * @throws Error that names the seed, and the kills that led to it
 */
export async function killChains(options: KillOptions): Promise<void> {
  const { seed, kills, log } = options;
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "finpipe-kill-" }));
  const random = randomOf(seed, 0, 0);
  const pace: Pace = new Map();
  const story: string[] = [];
  const tell = (line: string) => {
    story.push(line);
    log?.(line);
  };
  try {
    const events = join(folder, "events.jsonl");
    await Deno.writeFile(events, await makeEvents());
    const run = async (kills: Kills) => {
      await using place = await makePlace(folder, events, options.database);
      for (const step of STEPS) {
        await runStep(place, step, kills[step] ?? 0, { random, pace, tell });
      }
      return await readState(place);
    };
    const expected = await run({});
    assertNothingTrivial(expected);
    for (const count of kills) {
      assert.deepEqual(await run(shareOut(count, random)), expected);
    }
  } catch (error) {
    const why = `With FINPIPE_SOAK_SEED=${seed}, after ${story.join(", ") || "no kill"}`;
    throw new Error(`${why}: ${messageOf(error)}`, { cause: error });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The seed that FINPIPE_SOAK_SEED names, else one of chance. */
export function chooseSeed(): number {
  const named = Deno.env.get("FINPIPE_SOAK_SEED");
  return named === undefined ? crypto.getRandomValues(new Uint32Array(1))[0]! : Number(named);
}

/** Where a chain runs. */
export interface Place extends AsyncDisposable {
  workDir: string;
  events: string;
  /** Of staging; undefined where it is embedded. */
  databaseUrl: string | undefined;
}

async function makePlace(
  folder: string,
  events: string,
  makeDatabase: KillOptions["database"],
): Promise<Place> {
  await using scope = new AsyncDisposableStack();
  const workDir = await Deno.makeTempDir({ dir: folder });
  scope.defer(() => Deno.remove(workDir, { recursive: true }));
  const database = makeDatabase && scope.use(await makeDatabase());
  const moved = scope.move();
  return {
    workDir,
    events,
    databaseUrl: database?.url,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

interface Run {
  random: Random;
  pace: Pace;
  tell(line: string): void;
}

/** Kills the step as often as is asked, then lets it end. */
async function runStep(place: Place, step: Step, kills: number, run: Run): Promise<void> {
  const { random, pace, tell } = run;
  for (let left = kills, tries = 0; left > 0; tries++) {
    assert.ok(tries < MOST_TRIES, `${step} always ends before it is killed`);
    const moment = random.next() / 2 ** 32 * pace.get(step)!;
    const killed = await killAt(place, step, moment, pace);
    if (!killed) continue;
    tell(`${step} killed at ${Math.round(moment)} ms`);
    left--;
  }
  await finish(place, step, pace);
}

/** False where the process ended before; what it took is the new pace. */
async function killAt(place: Place, step: Step, moment: number, pace: Pace): Promise<boolean> {
  const started = performance.now();
  const cli = start(place, step);
  const timer = setTimeout(() => cli.kill("SIGKILL"), moment);
  const { code, stderr } = await cli.result;
  clearTimeout(timer);
  if (code === 137) return true;
  assertDone(place, step, code, stderr);
  // A step that found a lock has not shown how long its work takes.
  if (code === 0) pace.set(step, performance.now() - started);
  return false;
}

async function finish(place: Place, step: Step, pace: Pace): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const started = performance.now();
    const { code, stderr } = await start(place, step).result;
    assertDone(place, step, code, stderr);
    if (code === LOCKED) continue;
    if (!pace.has(step)) pace.set(step, performance.now() - started);
    return;
  }
  assert.fail(`${step} finds the lock of a killed process that does not go away`);
}

/** A server may hold the lock of a killed client until it notices; the embedded engine must not. */
function assertDone({ databaseUrl }: Place, step: Step, code: number, stderr: string): void {
  if (code === LOCKED && databaseUrl !== undefined) return;
  assert.equal(code, 0, `${step}: exit code ${code}: ${stderr}`);
}

function start({ workDir, events, databaseUrl }: Place, step: Step) {
  const args: Record<Step, string[]> = {
    init: ["init"],
    stream: ["stream", "--source", events, "--batch-rows", "300"],
    dump: ["dump", "2022-10-02"],
    load: ["load", "2022-10-02"],
    backfill: ["backfill", "2022-10-02..2022-10-05"],
  };
  const ends: Record<string, string> = databaseUrl === undefined
    ? {}
    : { FINPIPE_PG_URL: databaseUrl, FINPIPE_VERTICA_URL: "embedded" };
  return spawnCli(args[step], {
    env: { FINPIPE_WORK_DIR: workDir, FINPIPE_LOG_FORMAT: "text", ...ends },
  });
}

/** Three days of a payments service, and one of messages at and beyond every border. */
async function makeEvents(): Promise<Uint8Array> {
  const [from, to] = ["2022-10-01", "2022-10-03"].map((day) => Temporal.PlainDate.from(day));
  const messages = emulate({ from: from!, to: to!, operationsPerDay: 1500, seed: 1 });
  const emulated = new TextEncoder().encode([...messages, ""].join("\n"));
  const hostile = await Deno.readFile(new URL("../../fixtures/hostile.jsonl", import.meta.url));
  const events = new Uint8Array(emulated.length + hostile.length);
  events.set(emulated);
  events.set(hostile, emulated.length);
  return events;
}

/** Every step once, as far as the kills go, in an order of chance, and from the start again. */
function shareOut(count: number, random: Random): Kills {
  const kills: Kills = {};
  let steps: Step[] = [];
  for (let left = count; left > 0; left--) {
    if (steps.length === 0) steps = STEPS.filter((step) => step !== "init");
    const step = random.pick(steps);
    steps = steps.filter((other) => other !== step);
    kills[step] = (kills[step] ?? 0) + 1;
  }
  return kills;
}

/** Two empty states would be equal as well. */
function assertNothingTrivial(state: ChainState): void {
  assert.match(state.staging.transactions!, /^[1-9]\d{3,} rows/);
  assert.match(state.staging.rejected!, /^106 rows/);
  assert.match(state.warehouse["finpipe_mart.global_metrics"]!, /^[1-9]\d* rows/);
  assert.equal(Object.keys(state.files).length, 16);
}
