/**
 * A month backfilled while PostgreSQL and Vertica fail, restart and cut connections at random, finpipe is
 * killed, and late rows land. At the end the mart must be the one that an embedded warehouse makes of the
 * same days, nothing is stale, the books balance, and vertica-python reads the same mart.
 *
 * `--operations-per-day N` (87000, which is 260,000 messages a day), `--faults N` (100), `--pause S` seconds
 * between two faults, at most (6), `--seed N`. The last line is `N passed, N failed`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Random, randomOf } from "../../lib/events/random.ts";
import { databaseOn } from "../support/crash/servers.ts";
import { type PostgresServer, startPostgres } from "../support/postgres/server.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";
import { pythonPackages } from "../support/machine/python_packages.ts";
import { VERTICA_PYTHON } from "../vertica-server/drivers/driver_clients.ts";
import { startVerticaServer, type VerticaServer } from "../vertica-server/server.ts";
import { BackfillChaos, pause } from "./backfill_chaos.ts";

const DAYS = "2022-10-01..2022-10-31";
const RUNS = "2022-10-02..2022-11-01";
/** Late messages land after so many faults; each time operations of one day. */
const LATE_EVERY = 5;
const LATE_OPERATIONS = 20;
/** A cell of the mart that is explained at the end. */
const CELL = ["2022-10-15", "430"];

interface Options {
  operationsPerDay: number;
  faults: number;
  /** Seconds. */
  pause: number;
  seed: number;
}

interface Place {
  postgres: PostgresServer;
  vertica: VerticaServer;
  env: Env;
  folder: string;
}

type Env = Record<string, string>;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "operations-per-day": { type: "string", default: "87000" },
      "faults": { type: "string", default: "100" },
      "pause": { type: "string", default: "6" },
      "seed": { type: "string" },
    },
  });
  const options = {
    operationsPerDay: Number(values["operations-per-day"]),
    faults: Number(values.faults),
    pause: Number(values.pause),
    seed: Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]! % 9000),
  };
  await say(`a month backfilled through faults: ${JSON.stringify(options)}`);
  const folder = await Deno.makeTempDir({ prefix: "finpipe-backfill-month-" });
  try {
    await runMonth(folder, options);
    await say("1 passed, 0 failed");
    return 0;
  } catch (error) {
    const why = error instanceof Error ? error.stack : error;
    await say(`FAILED with --seed ${options.seed}: ${why}`);
    await say("0 passed, 1 failed");
    return 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @throws Error where the mart is another one, the books do not balance, or something is left behind */
async function runMonth(folder: string, options: Options): Promise<void> {
  await using postgres = await startPostgres();
  await using vertica = await startVerticaServer();
  await using database = await databaseOn(postgres);
  const staging = { FINPIPE_PG_URL: database.url, FINPIPE_LOG_FORMAT: "text" };
  const env = {
    ...staging,
    FINPIPE_VERTICA_URL: vertica.url,
    FINPIPE_WORK_DIR: join(folder, "remote"),
  };
  const place = { postgres, vertica, env, folder };
  await finpipe(["init"], env);
  await land(place, "month", DAYS, options.operationsPerDay, options.seed);
  await backfillThrough(place, options);
  await finpipe(["backfill", RUNS], env);
  await finpipe(["backfill", "--stale"], env);

  const embedded = {
    ...staging,
    FINPIPE_VERTICA_URL: "embedded",
    FINPIPE_WORK_DIR: join(folder, "embedded"),
  };
  await finpipe(["backfill", RUNS], embedded);
  const expected = await finpipe(["report", "--format", "csv"], embedded);
  assert.equal(await finpipe(["report", "--format", "csv"], env), expected);
  await say(`${expected.split("\n").length - 2} rows of mart are those of an embedded warehouse`);
  const { host, port, user, password } = vertica;
  const target = [host, String(port), user, password, vertica.database];
  assert.equal(await readByPython(target), expected);

  const { totals } = JSON.parse(await finpipe(["status", RUNS, "--json"], env));
  assert.equal(totals.done, 93, JSON.stringify(totals));
  // A difference is exit code 4.
  await finpipe(["audit", DAYS, "--deep"], env);
  await say((await finpipe(["status", RUNS], env)).split("\n").slice(0, 6).join("\n"));
  await say((await finpipe(["audit", DAYS], env)).trimEnd().split("\n").slice(-12).join("\n"));
  await say(await finpipe(["report", "--explain", ...CELL], env));
  await say(await attemptsOf(database.url));
  await assertTidy(vertica, env);
}

/** Backfills again and again until all days are built, with faults until there were enough of them. */
async function backfillThrough(place: Place, { faults, pause, seed }: Options): Promise<void> {
  const random = randomOf(seed, 0, 7);
  const chaos = new BackfillChaos(place, random);
  const codes: Record<number, number> = {};
  let left = faults;
  let late = Promise.resolve();
  let landed = 0;
  for (let runs = 1;; runs++) {
    const backfill = spawnCli(["--retry-for", "3s", ...argsOf(left, random)], { env: place.env });
    const ended = backfill.result.then(() => true);
    while (left > 0 && !await Promise.race([ended, pauseOf(random.between(100, pause * 1000))])) {
      const name = await chaos.strike(backfill);
      left--;
      await say(`  run ${runs}: ${name}`);
      if (left % LATE_EVERY !== 0) continue;
      const day = `2022-10-${String(random.between(1, 31)).padStart(2, "0")}`;
      const number = ++landed;
      late = late.then(() => land(place, `late-${number}`, day, LATE_OPERATIONS, seed + number));
    }
    if (left === 0) place.vertica.faults.clear();
    const { code, stderr } = await backfill.result;
    codes[code] = (codes[code] ?? 0) + 1;
    assert.ok([0, 1, 69, 75, 137].includes(code), `exit code ${code}: ${stderr.slice(-4000)}`);
    if (code === 0 && left === 0) break;
    assert.ok(runs < 20 * (faults + 1), "The backfill comes to no end");
  }
  await late;
  await say(JSON.stringify({ late: landed, exitCodes: codes, faults: chaos.counts }));
}

/** Once all days stand, only --force has something to do for the faults that are left. */
function argsOf(left: number, random: Random): string[] {
  const args = ["backfill", RUNS, "--jobs", "2", "--retry-delay", "1s"];
  if (left === 0) return args;
  if (random.chance(0.3)) args.push("--force");
  if (random.chance(0.2)) args.push("--newest-first", "--no-depends-on-past");
  return args;
}

/** Lands messages of some days; a stream that the faults end is started again. */
async function land(
  { env, folder }: Place,
  name: string,
  dates: string,
  operations: number,
  seed: number,
): Promise<void> {
  const events = join(folder, `${name}.jsonl`);
  const days = ["--dates", dates, "--operations-per-day", `${operations}`, "--seed", `${seed}`];
  await finpipe(["emit", "--to", events, ...days], {});
  for (let tries = 1;; tries++) {
    const { code, stderr } = await spawnCli(["--quiet", "stream", "--source", events], { env })
      .result;
    if (code === 0) break;
    assert.ok([69, 75].includes(code) && tries < 100, `a stream ended with ${code}: ${stderr}`);
  }
  await Deno.remove(events);
}

async function pauseOf(milliseconds: number): Promise<false> {
  await pause(milliseconds);
  return false;
}

/** What the ledger has, by step and state. */
async function attemptsOf(url: string): Promise<string> {
  const { openSession } = await import("../support/engine/engines.ts");
  const session = await openSession(url);
  const rows = await session.query(
    "SELECT step, state, count(*) FROM finpipe.attempts GROUP BY step, state ORDER BY step, state",
  );
  await session.close();
  return `attempts: ${rows.map((row) => Object.values(row).join(" ")).join(", ")}`;
}

/** One side table a dataset, that of its undo, and no swap that is not recorded. */
async function assertTidy(vertica: VerticaServer, env: Env): Promise<void> {
  // A load drops what the loads before it left.
  await finpipe(["load", "2022-11-01", "--force"], env);
  const session = await vertica.engine.openSession({
    user: vertica.user,
    database: vertica.database,
    clientLabel: "",
    autocommit: true,
  });
  const count = async (sql: string) => {
    const answer = await session.execute(sql);
    if (answer.kind !== "rows") throw new Error(`No rows: ${sql}`);
    const [row] = await Array.fromAsync(answer.rows);
    return Number(row![0]);
  };
  const tables = "SELECT COUNT(*) FROM v_catalog.tables WHERE table_schema = 'finpipe_staging' ";
  assert.equal(await count(`${tables} AND table_name LIKE '%!_load!_%' ESCAPE '!'`), 2);
  assert.equal(await count("SELECT COUNT(*) FROM finpipe_staging.load_pending"), 0);
  await session.close();
}

/** The mart as vertica-python reads it. */
async function readByPython(target: string[]): Promise<string> {
  const script = fileURLToPath(import.meta.resolve("../vertica-server/drivers/read_mart.py"));
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: [script, ...target],
    env: { PYTHONPATH: await pythonPackages(VERTICA_PYTHON), PYTHONDONTWRITEBYTECODE: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function finpipe(args: string[], env: Env): Promise<string> {
  const { code, stdout, stderr } = await runCli(["--quiet", ...args], { env });
  assert.equal(
    code,
    0,
    `finpipe ${args.join(" ")}: exit code ${code}: ${stderr}${stdout.slice(-3000)}`,
  );
  return stdout;
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
