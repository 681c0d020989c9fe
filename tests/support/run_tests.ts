/**
 * `deno task test`: the tests, with one PostgreSQL for all of them, and one Kafka if one of them asks
 * for it; both are stopped at the end. Arguments go to `deno test`. Where none of them names files,
 * those of tests/long/ are left out, which `deno task test:long` runs. The last line is
 * `N passed, N failed`, for whoever reads only that.
 */
import { stripVTControlCharacters } from "node:util";
import { offerKafka, ON_DEMAND } from "./kafka/on_demand.ts";
import { memoryDisk } from "./machine/memory_disk.ts";
import { findBinaries } from "./postgres/binaries.ts";
import { startPostgres } from "./postgres/server.ts";

/** Types are not checked here: `deno task check` does it, which the gate and `deno task ok` run first. */
const OPTIONS = ["-A", "--no-check", "--parallel", "--sanitize-ops", "--sanitize-resources"];

/** The long tests, which run where they are named. */
const LEFT_OUT = ["--ignore=tests/long"];

if (import.meta.main) Deno.exit(await runTests(Deno.args));

async function runTests(args: readonly string[]): Promise<number> {
  await using scope = new AsyncDisposableStack();
  const env: Record<string, string> = {};
  await prepareEnvironment(scope);
  const { missing } = await findServer(scope, env);
  env[ON_DEMAND] = scope.use(offerKafka()).url;
  const { code, passed, failed, ignored } = await denoTest(args, env);
  if (missing !== undefined) await say(`Skipped what needs PostgreSQL: ${missing}`);
  if (ignored > 0) await say(`${ignored} ignored: their names above say why`);
  await say(`${passed} passed, ${failed} failed`);
  return code;
}

/**
 * Sets what the tests and their servers run in, but for what the environment says already. Many a test
 * waits for a server: there is work for one more at a time than there are processors.
 */
async function prepareEnvironment(scope: AsyncDisposableStack): Promise<void> {
  if (Deno.env.get("DENO_JOBS") === undefined) {
    Deno.env.set("DENO_JOBS", String(navigator.hardwareConcurrency + 1));
  }
  if (Deno.env.get("TMPDIR") !== undefined) return;
  const disk = await memoryDisk();
  if (disk !== undefined) Deno.env.set("TMPDIR", scope.use(disk).folder);
}

/** Sees to it that the tests find a server; says why there is none otherwise. */
async function findServer(
  scope: AsyncDisposableStack,
  env: Record<string, string>,
): Promise<{ missing?: string }> {
  if (Deno.env.get("FINPIPE_TEST_PG_URL") !== undefined) return {};
  const binaries = await findBinaries();
  if ("missing" in binaries) return binaries;
  const server = scope.use(await startPostgres());
  env.FINPIPE_TEST_PG_URL = server.url;
  return {};
}

interface Outcome {
  code: number;
  passed: number;
  failed: number;
  ignored: number;
}

async function denoTest(args: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const colors = Deno.stdout.isTerminal() && Deno.env.get("NO_COLOR") === undefined;
  const tests = new Deno.Command(Deno.execPath(), {
    args: ["test", ...OPTIONS, ...(namesFiles(args) ? [] : LEFT_OUT), ...args],
    env: { ...env, ...(colors ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }) },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  using _signals = forwardSignals(tests);
  let tail = "";
  const decoder = new TextDecoder();
  for await (const piece of tests.stdout) {
    await writeAll(piece);
    tail = (tail + decoder.decode(piece, { stream: true })).slice(-4096);
  }
  const { code } = await tests.status;
  return { code, ...countsOf(tail) };
}

/** Whether arguments of `deno test` name files or folders of tests, be it by a pattern. */
export function namesFiles(args: readonly string[]): boolean {
  return args.some((arg) => !arg.startsWith("-") && /(^|\/)tests(\/|$)|_test\.ts$/.test(arg));
}

/**
 * The counts of deno test's summary, as in `ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)`. A
 * run that ended without one (a type error, a crash) has one failure.
 */
export function countsOf(output: string): Omit<Outcome, "code"> {
  const plain = stripVTControlCharacters(output);
  const summary = plain.match(/^(?:ok|FAILED) \| .*$/gm)?.at(-1);
  if (summary === undefined) return { passed: 0, failed: 1, ignored: 0 };
  const count = (word: string) => Number(summary.match(`(\\d+) ${word}`)?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), ignored: count("ignored") };
}

/** Hands a request to stop on to the tests, so that the server is stopped after them. */
function forwardSignals(process: Deno.ChildProcess): Disposable {
  const scope = new DisposableStack();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    const forward = () => process.kill(name);
    Deno.addSignalListener(name, forward);
    scope.defer(() => Deno.removeSignalListener(name, forward));
  }
  return scope;
}

async function say(line: string): Promise<void> {
  await writeAll(new TextEncoder().encode(`${line}\n`));
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await Deno.stdout.write(rest));
}
