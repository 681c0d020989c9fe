/** A process that starts something, prints a line about it and waits: to see what its death ends. */
import assert from "node:assert/strict";

const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

export interface Starter {
  /** What it printed. */
  line: string;
  /** Kills it, and waits for its end. */
  kill9(): Promise<void>;
}

/**
 * Runs a script in a process of its own until it prints.
 *
 * @param script a module's text, which imports by URL
 */
export async function startElsewhere(script: string): Promise<Starter> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${CONFIG}`, `${script}; setInterval(() => {}, 60_000);`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const line = (await output.read()).value?.trim();
  assert(line !== undefined, "The starter printed nothing");
  return {
    line,
    async kill9() {
      process.kill("SIGKILL");
      await process.status;
      await output.cancel();
    },
  };
}
