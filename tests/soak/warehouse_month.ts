/**
 * A month of days into a Vertica that refuses, cuts and restarts at random, by a finpipe that is killed:
 * the mart must be the one that the embedded warehouse makes of the same days, and vertica-python must
 * read the same.
 *
 * `--operations-per-day N` (1000), `--faults N` (100), `--seed N`. The last line is `N passed, N failed`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { emulate } from "../../lib/events/emulator.ts";
import { randomOf } from "../../lib/events/random.ts";
import { databaseOn } from "../support/crash/servers.ts";
import { startPostgres } from "../support/postgres/server.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";
import { pythonPackages } from "../support/machine/python_packages.ts";
import { VERTICA_PYTHON } from "../vertica-server/drivers/driver_clients.ts";
import { startVerticaServer, type VerticaServer } from "../vertica-server/server.ts";
import { pause, WarehouseChaos } from "./warehouse_chaos.ts";

const FROM = Temporal.PlainDate.from("2022-10-01");
const TO = Temporal.PlainDate.from("2022-10-31");
const RUNS = "2022-10-02..2022-11-01";
/** Seconds between two faults, at most. */
const LONGEST_PAUSE = 2.5;

interface Options {
  operationsPerDay: number;
  faults: number;
  seed: number;
}

type Env = Record<string, string>;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "operations-per-day": { type: "string", default: "1000" },
      "faults": { type: "string", default: "100" },
      "seed": { type: "string" },
    },
  });
  const options = {
    operationsPerDay: Number(values["operations-per-day"]),
    faults: Number(values.faults),
    seed: Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]! % 9000),
  };
  await say(`a month into a Vertica that fails: ${JSON.stringify(options)}`);
  const folder = await Deno.makeTempDir({ prefix: "finpipe-warehouse-month-" });
  try {
    await runMonth(folder, options);
    await say("1 passed, 0 failed");
    return 0;
  } catch (error) {
    await say(
      `FAILED with --seed ${options.seed}: ${error instanceof Error ? error.stack : error}`,
    );
    await say("0 passed, 1 failed");
    return 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @throws Error where the mart is another one, or something is left behind */
async function runMonth(folder: string, options: Options): Promise<void> {
  await using postgres = await startPostgres();
  await using vertica = await startVerticaServer();
  await using database = await databaseOn(postgres);
  const staging = { FINPIPE_PG_URL: database.url };
  const embedded = {
    ...staging,
    FINPIPE_VERTICA_URL: "embedded",
    FINPIPE_WORK_DIR: join(folder, "embedded"),
  };
  const remote = {
    ...staging,
    FINPIPE_VERTICA_URL: vertica.url,
    FINPIPE_WORK_DIR: join(folder, "remote"),
  };

  const events = join(folder, "events.jsonl");
  await Deno.writeTextFile(events, eventsOf(options));
  await finpipe(["init"], embedded);
  await finpipe(["stream", "--source", events], embedded);
  await finpipe(["backfill", RUNS], embedded);
  const expected = await finpipe(["report", "--format", "csv"], embedded);
  await say(`${expected.split("\n").length - 2} rows of mart are expected`);

  await finpipe(["init"], remote);
  await backfillThrough(vertica, remote, options);
  assert.equal(await finpipe(["report", "--format", "csv"], remote), expected);
  const { host, port, user, password } = vertica;
  const target = [host, String(port), user, password, vertica.database];
  assert.equal(await readByPython(target), expected);
  await say("finpipe and vertica-python read the mart that was expected");
  await assertTidy(vertica, remote);
}

/** Backfills again and again until all days are built, with faults until there were enough of them. */
async function backfillThrough(
  vertica: VerticaServer,
  env: Env,
  { faults, seed }: Options,
): Promise<void> {
  const random = randomOf(seed, 0, 7);
  const chaos = new WarehouseChaos(vertica, random);
  const codes: Record<number, number> = {};
  let left = faults;
  // Once all days stand, only --force loads and swaps again.
  for (let runs = 1;; runs++) {
    const force = left > 0 ? ["--force"] : [];
    const backfill = spawnCli(["--retry-for", "3s", "backfill", RUNS, ...force], { env });
    const ended = backfill.result.then(() => true);
    while (
      left > 0 && !await Promise.race([ended, pauseOf(random.between(100, LONGEST_PAUSE * 1000))])
    ) {
      const name = await chaos.strike(backfill);
      left--;
      await say(`  run ${runs}: ${name}`);
    }
    if (left === 0) vertica.faults.clear();
    const { code, stderr } = await backfill.result;
    codes[code] = (codes[code] ?? 0) + 1;
    assert.ok([0, 1, 69, 75, 137].includes(code), `exit code ${code}: ${stderr.slice(-4000)}`);
    if (code === 0 && left === 0 && force.length === 0) {
      await say(JSON.stringify({ runs, exitCodes: codes, faults: chaos.counts }));
      return;
    }
    assert.ok(runs < 20 * (faults + 1), "The backfill comes to no end");
  }
}

async function pauseOf(milliseconds: number): Promise<false> {
  await pause(milliseconds);
  return false;
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
  assert.equal(code, 0, `finpipe ${args.join(" ")}: exit code ${code}: ${stderr}`);
  return stdout;
}

function eventsOf({ operationsPerDay, seed }: Options): string {
  const messages = emulate({ from: FROM, to: TO, operationsPerDay, seed });
  return [...messages].map((message) => `${message}\n`).join("");
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
