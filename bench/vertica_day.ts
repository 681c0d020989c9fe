/** A day for a load into Vertica, as large as it is asked for, and the server that it is loaded into. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { FINPIPE, measure } from "./support.ts";

export const DAY = "2022-10-01";

/** A partition file and what its manifest says. */
export interface DayFile {
  megabytes: number;
  workDir: string;
  path: string;
  rows: number;
  total: string;
}

export type BenchServer = Awaited<ReturnType<typeof startServer>>;

/**
 * Starts a server for the file, with finpipe's tables in it.
 *
 * @param kind what bench/vertica_server.ts makes of it
 */
export async function startServer(
  kind: "real" | "sink" | "absent",
  { rows, total, workDir }: DayFile,
) {
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
    /** A load that says what it does. */
    loudLoad: (more: readonly string[]) => measure([FINPIPE[0]!, ...args, ...more], env),
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

/** Of a day that is to be written: rows of some 155 bytes, up to one of the two sizes. */
export interface DaySize {
  megabytes?: number;
  rows?: number;
  /** Longer or shorter, as rows should be. */
  country?: string;
}

/** Writes a partition file and its manifest. */
export async function writeDay(
  workDir: string,
  { megabytes = Infinity, rows: mostRows = Infinity, country = "russia" }: DaySize,
): Promise<DayFile> {
  const directory = join(workDir, "partitions", "transactions");
  await Deno.mkdir(directory, { recursive: true });
  const path = join(directory, `${DAY}.csv`);
  using file = await Deno.open(path, { create: true, write: true });
  const hash = createHash("sha256");
  const encoder = new TextEncoder();
  let [rows, bytes, sum] = [0, 0, 0n];
  while (bytes < megabytes * 1e6 && rows < mostRows) {
    let text = "";
    for (let i = 0; i < 1000; i++, rows++) {
      const id = `${rows.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
      text +=
        `${id},${DAY} 00:33:12,${id},90381${rows % 10},719273,420,${country},done,c2a_incoming,` +
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
  return { megabytes: Math.round(bytes / 1e6), workDir, path, rows, total };
}
