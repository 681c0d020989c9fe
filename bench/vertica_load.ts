/**
 * `load` into Vertica against the raw socket's limit and vertica-python: the same bytes and statement to
 * the same server, the test server, in a process of its own. Once with a sink behind it, which measures
 * the client, and once with its engine, whose own pace then hides the client's. Seconds of the COPY are
 * the server's, from the first byte to the end; those of `load` hold the proof of the file by its sha256,
 * the checks and the swap too. Peak memory is that of ./finpipe.
 */
import { join } from "node:path";
import copyTransactions from "../sql/warehouse/vertica/side_table_copy_transactions.sql" with {
  type: "text",
};
import { Identifier, templatesOf } from "../lib/sql/template.ts";
import { ENFORCED } from "../lib/warehouse/enforced_length.ts";
import { pythonPackages } from "../tests/support/machine/python_packages.ts";
import {
  missingForDriver,
  VERTICA_PYTHON,
} from "../tests/vertica-server/drivers/driver_clients.ts";
import { DATABASE, USER } from "../tests/vertica-server/server.ts";
import { benchFolder, bestOf, figure, type Measured, print } from "./support.ts";
import { type BenchServer, type DayFile, startServer, writeDay } from "./vertica_day.ts";

const MEGABYTES = Number(Deno.args[0] ?? 100);
const ROUNDS = Number(Deno.args[1] ?? 3);
const TENFOLD = MEGABYTES * 10;

/** Of the file that the real engine is given: it is some twenty times slower than the sink. */
const REAL_MEGABYTES = MEGABYTES / 5;

const LIMIT_MEGABYTES = 300;

/** What the ratio to a plain socket and to vertica-python should not be above. */
interface Goals {
  limit?: number;
  python?: number;
}

const STATEMENT = templatesOf(copyTransactions)[0]!.withLiterals({
  ...ENFORCED,
  staging_schema: new Identifier("finpipe_staging"),
  side_table: new Identifier("transactions"),
  rejected_table: new Identifier("finpipe_rejected_bench"),
  stream_name: "bench",
});

const missing = await missingForDriver("vertica-python");
await using folder = await benchFolder();
const once = await writeDay(join(folder.path, "once"), { megabytes: MEGABYTES });
const tenfold = await writeDay(join(folder.path, "tenfold"), { megabytes: TENFOLD });
const peaks = [await sinkFigures(once, {}), await sinkFigures(tenfold, { limit: 1.2, python: 1 })];
memoryFigures(peaks as [number, number]);
await realFigures(await writeDay(join(folder.path, "real"), { megabytes: REAL_MEGABYTES }));

/** Compares the clients; returns the least peak memory of a load. The smaller file is over too soon for a goal. */
async function sinkFigures(day: DayFile, goals: Goals): Promise<number> {
  await using server = await startServer("sink", day);
  return await compare(`sink, ${day.megabytes} MB`, server, day, goals);
}

async function realFigures(day: DayFile): Promise<void> {
  await using server = await startServer("real", day);
  await compare(`real engine, ${REAL_MEGABYTES} MB`, server, day, {});
}

function memoryFigures([once, tenfold]: [number, number]): void {
  figure(`load: peak memory of ${TENFOLD} MB / of ${MEGABYTES} MB`, tenfold / once, 1.1);
  figure(
    `load: peak memory, ${tenfold.toFixed(0)} MB / ${LIMIT_MEGABYTES} MB`,
    tenfold / LIMIT_MEGABYTES,
    1,
  );
}

async function compare(
  name: string,
  server: BenchServer,
  { path }: DayFile,
  goals: Goals,
): Promise<number> {
  const loads: Measured[] = [];
  const best = await bestOf(ROUNDS, {
    load: () =>
      server.copySeconds(async () => {
        loads.push(await server.load());
      }),
    socket: () => server.copySeconds(() => plainSocket(server, path)),
    python: missing === undefined
      ? () => server.copySeconds(() => verticaPython(server, path))
      : () => Promise.resolve(NaN),
  });
  print(
    `${name}: COPY of load ${best.load.toFixed(2)} s, of a plain socket ${
      best.socket.toFixed(2)
    } s, of vertica-python ${best.python.toFixed(2)} s; load as a whole ${
      Math.min(...loads.map(({ seconds }) => seconds)).toFixed(2)
    } s`,
  );
  figure(`${name}: load / plain socket`, best.load / best.socket, goals.limit);
  if (missing !== undefined) print(`vertica-python is left out: ${missing}`);
  else figure(`${name}: load / vertica-python`, best.load / best.python, goals.python);
  return Math.min(...loads.map(({ megabytes }) => megabytes));
}

async function plainSocket({ url }: BenchServer, path: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const script = join(import.meta.dirname!, "vertica_socket.ts");
  await run([Deno.execPath(), "run", "--quiet", "-A", script, hostname, port, path]);
}

async function verticaPython({ url }: BenchServer, path: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const script = join(import.meta.dirname!, "vertica_copy.py");
  const env = { PYTHONPATH: await pythonPackages(VERTICA_PYTHON) };
  await run(["python3", script, hostname, port, USER, DATABASE, path], env);
}

/** Runs a client that reads the statement from stdin. */
async function run([program, ...args]: string[], env: Record<string, string> = {}): Promise<void> {
  const process = new Deno.Command(program!, { args, env, stdin: "piped", stdout: "null" }).spawn();
  const stdin = process.stdin.getWriter();
  await stdin.write(new TextEncoder().encode(STATEMENT));
  await stdin.close();
  const { success } = await process.status;
  if (!success) throw new Error(`${program} failed`);
}
