/** Help on terminals of any width. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../commands/registry.ts";
import { run } from "../../commands/run.ts";
import { CaughtOutput } from "../support/output.ts";

async function helpOf(args: readonly string[], columns: number): Promise<string[]> {
  const stdout = new CaughtOutput(true);
  const io = {
    program: "finpipe",
    stdin: new ReadableStream<Uint8Array>(),
    stdout: stdout.withDrawing({ columns }),
    stderr: new CaughtOutput(),
    env: () => undefined,
    envNames: () => [],
    now: Temporal.Now.instant,
    signal: new AbortController().signal,
  };
  assert.equal(await run([...args, "--help"], io), 0);
  return stdout.text().split("\n");
}

/** A command line of an example is not cut: it is to be typed as it stands. */
function isTyped(line: string): boolean {
  return /^ {2}(finpipe|zcat) /.test(line);
}

Deno.test("no line of help is broken by a terminal of 80 columns, nor by one of 60", async () => {
  for (const args of [[], ...COMMANDS.map(({ name }) => [name])]) {
    for (const columns of [80, 60]) {
      const lines = await helpOf(args, columns);
      const long = lines.filter((line) => line.length > columns && !isTyped(line));
      assert.deepEqual(long, [], `${args} at ${columns}`);
    }
    const typed = (await helpOf(args, 80)).filter((line) => line.length > 80);
    assert.deepEqual(typed, [], `${args}: an example`);
  }
});
