/** Runs finpipe from tests: inside this process, or as a process of its own where it must die. */
import { fileURLToPath } from "node:url";
import { commandsOf } from "../../../commands/registry.ts";
import { run } from "../../../commands/run.ts";
import "../poisoned_pool.ts";
import { Interrupted } from "../../../lib/runtime/errors.ts";
import { Screen } from "../../../lib/runtime/screen.ts";
import { type StepRegistration, STEPS } from "../../../lib/steps/registry.ts";
import { CaughtOutput } from "../output.ts";

/** What a run of finpipe left. */
export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  /** The whole environment of the run, beside {@link TEXT_LOG}, which it may replace. @default {} */
  env?: Record<string, string>;
  /** @default empty */
  stdin?: string | Uint8Array | ReadableStream<Uint8Array>;
}

export interface InProcessOptions extends CliOptions {
  /** A clock that stands still, or one that is read. @default the real one */
  now?: Temporal.Instant | (() => Temporal.Instant);
  /** Aborting it is SIGINT where its reason is no `Interrupted`. */
  signal?: AbortSignal;
  /** Whether a person is looking at stderr. @default false */
  terminal?: boolean;
  /** The steps of a day. @default those of finpipe */
  steps?: readonly StepRegistration[];
}

/** The permissions that finpipe gets, however it is started. */
export const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
];

/** How the launcher runs deno, beside the permissions; a test compares. */
export const LAUNCHER_FLAGS = [
  "--v8-flags=--max-semi-space-size=4,--wasm-tiering-budget=2000000000",
  "--unstable-lazy-dynamic-imports",
  "--quiet",
  "--no-prompt",
  "--frozen",
];

/**
 * For processes that handle a few messages: compiling the embedded engine for long work costs them half of
 * their processor time. Deno adds it to the flags that it is given.
 */
export const SHORT_LIVED = { DENO_V8_FLAGS: "--liftoff-only" };

/** Messages are compared as people read them; nobody looks at a terminal in a test. */
const TEXT_LOG = { FINPIPE_LOG_FORMAT: "text" };

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs finpipe in this process, with everything from outside handed in. */
export async function runCli(
  args: readonly string[],
  options: InProcessOptions = {},
): Promise<CliResult> {
  const stdout = new CaughtOutput();
  const { now, terminal = false, steps = STEPS } = options;
  const caught = new CaughtOutput(terminal);
  const stderr = terminal ? new Screen().over(caught, { draws: true }) : caught;
  const env: Record<string, string> = { ...TEXT_LOG, ...options.env };
  const code = await run(args, {
    program: "finpipe",
    stdin: streamOf(options.stdin),
    stdout,
    stderr,
    env: (name) => env[name],
    envNames: () => Object.keys(env),
    now: now === undefined
      ? () => Temporal.Now.instant()
      : now instanceof Temporal.Instant
      ? () => now
      : now,
    signal: options.signal === undefined
      ? new AbortController().signal
      : interrupting(options.signal),
  }, commandsOf(steps));
  return { code, stdout: stdout.text(), stderr: caught.text() };
}

/** An stdin that gives what a run is given. */
export function streamOf(stdin: CliOptions["stdin"] = ""): ReadableStream<Uint8Array> {
  return stdin instanceof ReadableStream ? stdin : ReadableStream.from([bytesOf(stdin)]);
}

function bytesOf(data: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
}

function interrupting(signal: AbortSignal): AbortSignal {
  const stop = new AbortController();
  const abort = () => {
    const { reason } = signal;
    stop.abort(reason instanceof Interrupted ? reason : new Interrupted("SIGINT"));
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return stop.signal;
}

/** A finpipe that runs as a process of its own. */
export interface SpawnedCli {
  readonly pid: number;
  /** Sends a signal; nothing happens where the process has ended already. */
  kill(signal: Deno.Signal): void;
  /**
   * Waits until stdout or stderr hold a match.
   *
   * @throws Error, with all output, where the process ends without one
   */
  waitFor(pattern: RegExp): Promise<void>;
  /** What the process left; 128 + its number as the code of a signal. */
  readonly result: Promise<CliResult>;
}

/** The words that start finpipe as the launcher does, without a shell between. */
export function cliWords(args: readonly string[]): string[] {
  const config = `--config=${ROOT}deno.json`;
  const run = ["run", ...LAUNCHER_FLAGS, config, ...PERMISSIONS, `${ROOT}main.ts`];
  return [Deno.execPath(), ...run, ...args];
}

/** The environment of such a process: what Deno needs, and what is asked for. */
export function cliEnv(env: Record<string, string> = {}): Record<string, string> {
  return { ...inherited("HOME", "PATH", "DENO_DIR", "TMPDIR"), ...SHORT_LIVED, ...env };
}

/** Starts finpipe so that signals meet the process. @param options.through words that run the rest */
export function spawnCli(
  args: readonly string[],
  options: CliOptions & { cwd?: string; through?: readonly string[] } = {},
): SpawnedCli {
  const [program, ...words] = [...options.through ?? [], ...cliWords(args)];
  const child = new Deno.Command(program!, {
    args: words,
    clearEnv: true,
    env: cliEnv({ NO_COLOR: "1", ...TEXT_LOG, ...options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new LiveOutput();
  // What a process that has ended would have read may never come.
  const gone = new AbortController();
  const ended = Promise.all([
    child.status.finally(() => gone.abort()),
    output.take("stdout", child.stdout),
    output.take("stderr", child.stderr),
    // A process that is killed, or wants no input, closes the pipe before all is written.
    streamOf(options.stdin).pipeTo(child.stdin, { signal: gone.signal }).catch(() => {}),
  ]);
  const result = ended.then(([{ code }]) => {
    output.end();
    return { code, stdout: output.stdout, stderr: output.stderr };
  });
  return {
    pid: child.pid,
    result,
    waitFor: (pattern) => output.waitFor(pattern),
    kill(signal) {
      try {
        child.kill(signal);
      } catch (error) {
        // Deno says TypeError of a child that it knows to have ended.
        if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
      }
    },
  };
}

/** Collects a process's output and wakes those who wait for a part of it. */
class LiveOutput {
  stdout = "";
  stderr = "";
  #ended = false;
  #changed = Promise.withResolvers<void>();

  async take(name: "stdout" | "stderr", stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of stream) {
      this[name] += decoder.decode(piece, { stream: true });
      this.#wake();
    }
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async waitFor(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.stdout) && !pattern.test(this.stderr)) {
      if (this.#ended) {
        throw new Error(`The process ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
      }
      await this.#changed.promise;
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

function inherited(...names: string[]): Record<string, string> {
  const entries = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
