/**
 * `load` into Vertica against the raw socket's limit and vertica-python: the same bytes and statement to
 * the same server, the test server, in a process of its own. Once with a sink behind it, which measures
 * the client, and once with its engine, whose own pace then hides the client's. Seconds of the COPY are
 * the server's, from the first byte to the end; those of `load` hold the proof of the file by its sha256,
 * the checks and the swap too. Peak memory is that of ./finpipe.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import copyTransactions from "../sql/warehouse/vertica/side_table_copy_transactions.sql" with {
  type: "text",
};
import { pythonPackages } from "../tests/support/python_packages.ts";
import {
  missingForDriver,
  VERTICA_PYTHON,
} from "../tests/support/vertica/drivers/driver_clients.ts";
import { DATABASE, USER } from "../tests/support/vertica/server.ts";
import { benchFolder, bestOf, figure, FINPIPE, measure, type Measured, print } from "./support.ts";

const MEGABYTES = Number(Deno.args[0] ?? 100);
const ROUNDS = Number(Deno.args[1] ?? 3);
const TENFOLD = MEGABYTES * 10;

/** Of the file that the real engine is given: it is some twenty times slower than the sink. */
const REAL_MEGABYTES = MEGABYTES / 5;

const DAY = "2022-10-01";
const LIMIT_MEGABYTES = 300;

/** What the ratio to a plain socket and to vertica-python should not be above. */
interface Goals {
  limit?: number;
  python?: number;
}

/** A partition file and what its manifest says. */
interface DayFile {
  megabytes: number;
  workDir: string;
  path: string;
  rows: number;
  total: string;
}

const STATEMENT = copyTransactions.replace(/^--.*\n/gm, "").trim().replace(/;$/, "")
  .replace("finpipe_staging.transactions_load_0123456789ab", "finpipe_staging.transactions")
  .replace(":stream_name", "'bench'");

const missing = await missingForDriver("vertica-python");
await using folder = await benchFolder();
const once = await writeDay(join(folder.path, "once"), MEGABYTES);
const tenfold = await writeDay(join(folder.path, "tenfold"), TENFOLD);
const peaks = [await sinkFigures(once, {}), await sinkFigures(tenfold, { limit: 1.2, python: 1 })];
memoryFigures(peaks as [number, number]);
await realFigures(await writeDay(join(folder.path, "real"), REAL_MEGABYTES));

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

type BenchServer = Awaited<ReturnType<typeof startServer>>;

/** Starts a server for the file, with finpipe's tables in it. */
async function startServer(kind: "real" | "sink", { rows, total, workDir }: DayFile) {
  const script = join(import.meta.dirname!, "vertica_server.ts");
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", script, kind, String(rows), total],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const nextLine = async () => {
    while (!text.includes("\n")) {
      const { value, done } = await lines.read();
      if (done) throw new Error("The server has ended");
      text += value;
    }
    const [line = ""] = text.split("\n", 1);
    text = text.slice(line.length + 1);
    return line;
  };
  const url = await nextLine();
  const env = {
    FINPIPE_PG_URL: "embedded",
    FINPIPE_VERTICA_URL: url,
    FINPIPE_WORK_DIR: workDir,
  };
  await measure([...FINPIPE, "init"], env);
  const args = ["load", "--partition", DAY, "--dataset", "transactions", "--force"];
  return {
    url,
    load: () => measure([...FINPIPE, ...args], env),
    /** Runs a client; how long its COPY took, as the server saw it. */
    async copySeconds(client: () => Promise<void>): Promise<number> {
      await client();
      return JSON.parse(await nextLine()).seconds as number;
    },
    async [Symbol.asyncDispose]() {
      await process.stdin.close();
      await lines.cancel();
      await process.status;
    },
  };
}

/** Writes a partition file of so many megabytes, and its manifest. */
async function writeDay(workDir: string, megabytes: number): Promise<DayFile> {
  const directory = join(workDir, "partitions", "transactions");
  await Deno.mkdir(directory, { recursive: true });
  const path = join(directory, `${DAY}.csv`);
  using file = await Deno.open(path, { create: true, write: true });
  const hash = createHash("sha256");
  const encoder = new TextEncoder();
  let [rows, bytes, sum] = [0, 0, 0n];
  while (bytes < megabytes * 1e6) {
    let text = "";
    for (let i = 0; i < 1000; i++, rows++) {
      const id = `${rows.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
      text += `${id},${DAY} 00:33:12,${id},90381${rows % 10},719273,420,russia,done,c2a_incoming,` +
        `${rows},${DAY} 00:33:12\n`;
      sum += BigInt(rows);
    }
    const block = encoder.encode(text);
    hash.update(block);
    bytes += block.length;
    for (let at = 0; at < block.length;) at += await file.write(block.subarray(at));
  }
  const total = String(sum);
  const manifest = {
    dataset: "transactions",
    partition: DAY,
    rows,
    staged_rows: rows,
    bytes,
    sha256: hash.digest("hex"),
    control_total: total,
    created_at: `${DAY}T00:00:00Z`,
    version: "bench",
    sources: [],
    complete: null,
  };
  await Deno.writeTextFile(join(directory, `${DAY}.manifest.json`), JSON.stringify(manifest));
  return { megabytes, workDir, path, rows, total };
}
