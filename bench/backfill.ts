/**
 * What a backfill costs beside the work of its steps:
 * - a step that does nothing, with its plan and its rows in the ledger, against the two commits that a
 *   ledger cannot do without;
 * - days of full volume, against the same steps called one after the other.
 */
import { join } from "node:path";
import pg from "pg";
import { backfill } from "../lib/backfill/backfill.ts";
import { withLedger } from "../lib/backfill/journal.ts";
import { type Engine, openEngine } from "../lib/engine/engine.ts";
import { type DateRange, runsOf } from "../lib/partitions/run_date.ts";
import { createLogger } from "../lib/runtime/log.ts";
import { MISSING } from "../lib/standing/standing.ts";
import { loadSteps, STEPS } from "../lib/steps/registry.ts";
import { prepareSteps, type ReadyStep } from "../lib/steps/step.ts";
import { startVerticaProcess } from "../tests/support/vertica/process.ts";
import {
  benchFolder,
  benchServer,
  bestOf,
  figure,
  FINPIPE,
  measure,
  print,
  psql,
  writeEvents,
} from "./support.ts";

const DATES = Number(Deno.args[0] ?? 365);
const DAYS = Number(Deno.args[1] ?? 5);
const OPERATIONS = Number(Deno.args[2] ?? 87_000);
const ROUNDS = Number(Deno.args[3] ?? 3);
/** Messages of an operation, on average. */
const VERSIONS = 3;

const FIRST = Temporal.PlainDate.from("2022-10-02");
const rangeOf = (dates: number): DateRange => ({ from: FIRST, to: FIRST.add({ days: dates - 1 }) });

const nothing: Omit<ReadyStep, "name" | "uses"> = {
  standing: () => MISSING,
  runDay: () => Promise.resolve({ json: {}, lines: [], brief: "", rows: 0, changed: true }),
};
const IDLE = ["one", "two", "three", "four"].map((name, index) => ({
  name,
  uses: index === 0 ? { staging: true } as const : { warehouse: true } as const,
  ...nothing,
}));

await using server = await benchServer();
await using vertica = await startVerticaProcess();
await using folder = await benchFolder();

const signal = new AbortController().signal;
const now = () => Temporal.Now.instant();
const log = createLogger({
  level: "error",
  format: "text",
  output: { isTerminal: false, write: () => Promise.resolve() },
  now,
});

/** The seconds that work on an open engine takes. */
async function timed(
  env: Record<string, string>,
  work: (engine: Engine) => Promise<void>,
): Promise<number> {
  const config = { env: (name: string) => env[name], flags: {} };
  await using engine = await openEngine({ io: { now, signal }, log, config }, {
    staging: true,
    warehouse: true,
    partitionFiles: true,
    creates: true,
    command: "backfill",
  });
  await engine.createMissing();
  const started = performance.now();
  await work(engine);
  return (performance.now() - started) / 1000;
}

async function backfillOn(engine: Engine, range: DateRange, steps: readonly ReadyStep[]) {
  const attempts = (days: DateRange) => engine.staging.ledger.attempts(days);
  await withLedger(
    { io: { now, signal }, log },
    engine,
    { range },
    { wait: false },
    (journal) =>
      backfill({ context: engine.stepContext, attempts, journal }, { range }, steps, {
        onStep() {},
        onDay() {},
      }),
  );
}

/** The commits of a ledger, and nothing else. */
async function commits(): Promise<number> {
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query("CREATE TABLE IF NOT EXISTS public.bare (id int PRIMARY KEY, state text)");
  await client.query("TRUNCATE public.bare");
  const started = performance.now();
  for (let id = 0; id < DATES * IDLE.length; id++) {
    await client.query("INSERT INTO public.bare VALUES ($1, 'running')", [id]);
    await client.query("UPDATE public.bare SET state = 'done' WHERE id = $1", [id]);
  }
  const seconds = (performance.now() - started) / 1000;
  await client.end();
  return seconds;
}

const place = (warehouse: string, name: string) => ({
  FINPIPE_PG_URL: server.url,
  FINPIPE_VERTICA_URL: warehouse,
  FINPIPE_WORK_DIR: join(folder.path, name),
});
const idle = (warehouse: string, name: string) => () =>
  timed(place(warehouse, name), (engine) => backfillOn(engine, rangeOf(DATES), IDLE));

const best = await bestOf(ROUNDS, {
  commits,
  embedded: idle("embedded", "idle"),
  vertica: idle(vertica.url, "idle-vertica"),
});
const attempts = DATES * IDLE.length;
for (const [name, seconds] of Object.entries(best)) {
  print(`${name}: ${(seconds * 1000 / attempts).toFixed(2)} ms a step`);
}
figure(
  "a step that does nothing, in units of 5 ms (embedded warehouse)",
  best.embedded * 200 / attempts,
  1,
);
figure("the same, Vertica test server", best.vertica * 200 / attempts, 1);
figure("a step that does nothing / its two commits", best.embedded / best.commits);

const events = join(folder.path, "events.jsonl");
await writeEvents(events, { messages: DAYS * OPERATIONS * VERSIONS, days: DAYS });
await measure([...FINPIPE, "stream", "--source", events], place("embedded", "landing"));
const steps = prepareSteps(await loadSteps(STEPS), { env: () => undefined, flags: {} });
let round = 0;
const fresh = async (name: string) => {
  await psql(server.url, "TRUNCATE finpipe.dumps, finpipe.attempts");
  return place("embedded", `${name}-${round++}`);
};
const whole = await bestOf(ROUNDS, {
  alone: async () =>
    await timed(await fresh("alone"), async (engine) => {
      for (const run of runsOf(rangeOf(DAYS))) {
        for (const { runDay } of steps) await runDay(engine.stepContext, run);
      }
    }),
  backfill: async () =>
    await timed(await fresh("backfill"), (engine) => backfillOn(engine, rangeOf(DAYS), steps)),
});
print(`steps alone: ${whole.alone.toFixed(1)} s, backfill: ${whole.backfill.toFixed(1)} s`);
figure(
  `${DAYS} days of ${OPERATIONS} operations / their steps alone`,
  whole.backfill / whole.alone,
  1.15,
);
