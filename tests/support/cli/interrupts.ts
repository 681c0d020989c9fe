/** Signals to real processes that land a stream, and what is left of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openEmbeddedSession } from "../../../lib/postgres/embedded.ts";
import { type CliResult, runCli, spawnCli } from "./run_cli.ts";

export const EVENTS = fileURLToPath(new URL("../../fixtures/events.jsonl", import.meta.url));

/** The signals that ask a process to stop, and the codes that it ends with. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof SIGNALS;

/** More than pipes and the streams around them hold. */
const UNREAD_BYTES = 256 * 1024;

/** The environment of a process. */
export type Env = Record<string, string>;

/** Runs work with the environment of an embedded engine of its own, which is removed afterwards. */
export async function inWorkDir(work: (env: Env, workDir: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-interrupt-" });
  try {
    const workDir = join(folder, "work");
    await work({ FINPIPE_WORK_DIR: workDir, FINPIPE_LOG_FORMAT: "text" }, workDir);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** An stdin that is fed by hand. A write returns when the bytes before it were taken. */
export function feed() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    readable,
    write: (bytes: Uint8Array) => writer.write(bytes),
    // The process may have gone already.
    close: () => writer.close().catch(() => {}),
  };
}

/** It ended as the signal asks, and said so in a person's words. */
export function assertInterrupted({ code, stdout, stderr }: CliResult, signal: StopSignal) {
  assert.equal(code, SIGNALS[signal], stderr);
  assert.match(stderr, new RegExp(`^finpipe: Interrupted by ${signal}\n`, "m"));
  assert.doesNotMatch(stdout + stderr, /bug|at file:/);
}

/** Runs a command to its end in this process; its result. */
export async function finish<T>(args: string[], env: Env): Promise<T> {
  const { code, stdout, stderr } = await runCli([...args, "--json"], { env });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Registers a test of a stream of stdin that gets the signal. */
export function stdinStreamTest(signal: StopSignal): void {
  Deno.test(`${signal} to a stream of stdin: what was read is landed, though it lingered`, () =>
    inWorkDir(async (env, workDir) => {
      const bytes = await Deno.readFile(EVENTS);
      const stdin = feed();
      const cli = spawnCli(["stream", "--json", "--source", "-", "--linger", "1h"], {
        env,
        stdin: stdin.readable,
      });
      for (let at = 0; at < bytes.length; at += 1000) {
        await stdin.write(bytes.subarray(at, at + 1000));
      }
      cli.kill(signal);
      const interrupted = await cli.result;
      assertInterrupted(interrupted, signal);
      await stdin.close();

      const session = await openEmbeddedSession(workDir);
      const [source] = await session.query("SELECT * FROM finpipe.source_partitions");
      await session.close();
      const landed = Number(source!.next_position);
      assert.ok(landed >= bytes.length - UNREAD_BYTES, `${landed} bytes were landed`);
      const lines = new TextDecoder().decode(bytes.subarray(0, landed)).split("\n");
      assert.equal(Number(source!.messages_read), lines.length - 1);
      assert.equal(lines.at(-1), "", "no line was cut");
      // There is no position: only this says what a second run would land twice.
      assert.equal(JSON.parse(interrupted.stdout).messages_read, lines.length - 1);
    }));
}

/** Registers a test of a stream of a file that gets the signal. */
export function fileStreamTest(signal: StopSignal): void {
  Deno.test(`${signal} to a stream of a file on its way: the next run lands all`, () =>
    inWorkDir(async (env) => {
      const cli = spawnCli(["stream", "--source", EVENTS, "--batch-rows", "10"], { env });
      await cli.waitFor(/embedded engine/);
      cli.kill(signal);
      assertInterrupted(await cli.result, signal);
      await finish(["stream", "--source", EVENTS], env);
      const { datasets } = await finish<{ datasets: { staged_rows: number }[] }>(
        ["dump", "2022-10-02"],
        env,
      );
      assert.deepEqual(datasets.map(({ staged_rows }) => staged_rows), [1220, 42]);
    }));
}
