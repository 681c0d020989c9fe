/** What is printed and what is drawn, on one terminal. */
import assert from "node:assert/strict";
import xterm from "@xterm/headless";
import type { Output } from "../../lib/runtime/io.ts";
import { Screen } from "../../lib/runtime/screen.ts";

/** A terminal with stdout and stderr, and its lines. */
function place(cols = 40) {
  const terminal = new xterm.Terminal({ cols, rows: 10, convertEol: true, allowProposedApi: true });
  const stream: Output = {
    isTerminal: true,
    get columns() {
      return terminal.cols;
    },
    write: (data) => new Promise((resolve) => terminal.write(data, resolve)),
  };
  const screen = new Screen();
  const lines = () => {
    const { active } = terminal.buffer;
    const all = Array.from(
      { length: active.length },
      (_, y) => active.getLine(y)!.translateToString(true),
    );
    return all.slice(0, all.findLastIndex((line) => line !== "") + 1);
  };
  return {
    terminal,
    lines,
    screen,
    stdout: screen.over(stream, { draws: false }),
    stderr: screen.over(stream, { draws: true }),
  };
}

Deno.test("whatever is printed stands above what is drawn, in the order in which it was written", async () => {
  const { lines, stdout, stderr } = place();
  assert.equal(stdout.draw, undefined);
  const writes = [
    stderr.draw!(["1 of 2", "all: 50 %"]),
    stdout.write("done with 1\n"),
    stderr.write("warn: slow\n"),
    stdout.write(new TextEncoder().encode("and with 2\n")),
  ];
  await Promise.all(writes);
  assert.deepEqual(lines(), ["done with 1", "warn: slow", "and with 2", "1 of 2", "all: 50 %"]);
  await stderr.draw!(["2 of 2"]);
  assert.deepEqual(lines().slice(3), ["2 of 2"]);
  await stderr.draw!([]);
  await stdout.write("end\n");
  assert.deepEqual(lines(), ["done with 1", "warn: slow", "and with 2", "end"]);
});

Deno.test("a line that has not ended is not drawn over", async () => {
  const { lines, stdout, stderr } = place();
  await stderr.draw!(["50 %"]);
  await stdout.write("{");
  await stderr.draw!(["60 %"]);
  await stdout.write("}\n");
  assert.deepEqual(lines(), ["{}", "60 %"]);
});

Deno.test("a terminal that was made narrower loses nothing of what was printed", async () => {
  const { terminal, lines, stdout, stderr } = place(40);
  await stdout.write("before\n");
  await stderr.draw!(["a line of thirty-odd characters", "and another one, as long as it"]);
  terminal.resize(20, 10);
  await stdout.write("after\n");
  await stderr.draw!([]);
  assert.ok(lines().includes("before") && lines().at(-1) === "after", lines().join("\n"));
});

Deno.test("a process that ends at once leaves nothing behind", async () => {
  const { terminal, lines, screen, stdout, stderr } = place();
  await stdout.write("before\n");
  assert.equal(screen.leave(), "");
  await stderr.draw!(["1 of 2", "all: 50 %"]);
  await new Promise<void>((resolve) => terminal.write(screen.leave(), resolve));
  assert.deepEqual(lines(), ["before"]);
});

Deno.test("no character from elsewhere moves the cursor, colors of finpipe's own are left", async () => {
  const { lines, terminal, stdout, stderr } = place(60);
  await stdout.write(new TextEncoder().encode('{"a":"\x1b[2J\u009b1A\r\u202e"}\tb\n'));
  await stderr.write("\x1b[32mgood\x1b[0m \x1b]0;title\x07 \u009b2J\n");
  assert.deepEqual(lines(), [
    '{"a":"\\u001b[2J\\u009b1A\\r\\u202e"}       b',
    "good \\u001b]0;title\\u0007 \\u009b2J",
  ]);
  const green = terminal.buffer.active.getLine(1)!.getCell(0)!;
  assert.equal(green.getFgColor(), 2);
});
