/** The process's own surroundings: how wide a terminal is, which signals stop it. */
import assert from "node:assert/strict";
import { Interrupted } from "../../lib/runtime/errors.ts";
import { columnsOf, stopSignals } from "../../lib/runtime/terminal.ts";

Deno.test("a terminal that has no width, as under script or a container's -t, is of unknown width", () => {
  assert.equal(columnsOf(() => ({ columns: 120, rows: 40 })), 120);
  assert.equal(columnsOf(() => ({ columns: 0, rows: 0 })), undefined);
  assert.equal(
    columnsOf(() => {
      throw new Error("not a terminal");
    }),
    undefined,
  );
});

Deno.test("on Windows other signals ask finpipe to stop", () => {
  assert.deepEqual(stopSignals("linux"), ["SIGINT", "SIGTERM"]);
  assert.deepEqual(stopSignals("darwin"), stopSignals("linux"));
  const codes = stopSignals("windows").map((name) => [name, new Interrupted(name).exitCode]);
  assert.deepEqual(codes, [["SIGINT", 130], ["SIGBREAK", 143], ["SIGHUP", 143]]);
});
