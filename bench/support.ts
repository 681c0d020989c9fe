/** What the figures share: a server, input, and a clock that is only ever used for ratios. */
import { join } from "node:path";
import { startPostgres } from "../tests/support/postgres/server.ts";
import { emulate } from "../lib/events/emulator.ts";
import { writeWhole } from "../lib/runtime/files.ts";

/** A folder for one figure's files, removed at its end. */
export async function benchFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "finpipe-bench-" });
  // A server that runs as another user has to reach what psql reads.
  await Deno.chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/**
 * A server with the settings that PostgreSQL comes with: Debian's newest, where it is installed, as
 * people run it; else npm's, which is compiled for size (-Os) and takes longer for a row.
 */
export async function benchServer(): Promise<AsyncDisposable & { url: string }> {
  const server = await startPostgres({ fsync: true, ...await debianBinaries() });
  print(await psql(server.url, "SELECT 'on ' || version()"));
  return server;
}

async function debianBinaries(): Promise<{ bin?: string }> {
  const root = "/usr/lib/postgresql";
  const versions = await Array.fromAsync(Deno.readDir(root)).catch(() => []);
  const newest = Math.max(0, ...versions.map(({ name }) => Number(name)).filter(Number.isInteger));
  const bin = join(root, String(newest), "bin");
  return await Deno.stat(join(bin, "initdb")).then(() => ({ bin }), () => ({}));
}

/** Writes about `messages` events of one day; returns how many. */
export async function writeEvents(
  path: string,
  { messages, date = "2022-10-01", days = 1 }: { messages: number; date?: string; days?: number },
): Promise<number> {
  const from = Temporal.PlainDate.from(date);
  // An operation has 3.06 versions on average, re-sent ones included.
  const operationsPerDay = Math.ceil(messages / 3 / days);
  const encoder = new TextEncoder();
  using file = await Deno.open(path, { create: true, truncate: true, write: true });
  let lines: string[] = [];
  let count = 0;
  const flush = async () => {
    await writeWhole(file, encoder.encode(lines.join("")));
    lines = [];
  };
  for (
    const message of emulate({ from, to: from.add({ days: days - 1 }), operationsPerDay, seed: 1 })
  ) {
    lines.push(message, "\n");
    if (++count % 5000 === 0) await flush();
    if (count === messages) break;
  }
  await flush();
  return count;
}

/** A process that ended well. */
export interface Measured {
  seconds: number;
  /** Of all its threads. */
  processorSeconds: number;
  /** Its greatest resident memory. */
  megabytes: number;
  /** The lines of its stderr. */
  log: string[];
}

/** Runs a command to its end. */
export async function measure(
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<Measured> {
  const [program, ...args] = command;
  const started = performance.now();
  const { code, stderr } = await new Deno.Command("/usr/bin/env", {
    args: ["time", "-f", "%U %S %M", program!, ...args],
    env,
    stdout: "null",
    stderr: "piped",
  }).output();
  const seconds = (performance.now() - started) / 1000;
  const log = new TextDecoder().decode(stderr).trimEnd().split("\n");
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${log.join("\n")}`);
  const [user, system, kilobytes] = log.pop()!.split(" ").map(Number) as [number, number, number];
  return { seconds, processorSeconds: user + system, megabytes: kilobytes / 1024, log };
}

/** Runs each of the works in turn, `rounds` times, and returns the best of each: noise only adds. */
export async function bestOf<Name extends string>(
  rounds: number,
  works: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number>> {
  const best = {} as Record<Name, number>;
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(works) as Name[]) {
      const value = await works[name]();
      best[name] = Math.min(best[name] ?? Infinity, value);
    }
  }
  return best;
}

/** Runs statements with psql and returns what it printed. */
export async function psql(url: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("psql", {
    args: ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", script, url],
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** The command that runs finpipe from this clone. */
export const FINPIPE = [join(import.meta.dirname!, "..", "finpipe"), "--quiet"];

/** Prints a figure's line, and whether its goal is reached. */
export function figure(name: string, ratio: number, goal?: number): void {
  const verdict = goal === undefined
    ? ""
    : ratio <= goal
    ? ` (goal ${goal}: met)`
    : ` (goal ${goal}: MISSED)`;
  print(`${name}: ${ratio.toFixed(2)}x${verdict}`);
}

/** Prints a line. */
export function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}
