/** The process's own surroundings: how large a terminal is, which signals stop it. */
import assert from "node:assert/strict";
import { Interrupted } from "../../lib/runtime/errors.ts";
import { sizeOf, stopSignals } from "../../lib/runtime/terminal.ts";

Deno.test("a terminal that has no size, as under script or a container's -t, is of unknown size", () => {
  assert.deepEqual(sizeOf(() => ({ columns: 120, rows: 40 })), { columns: 120, rows: 40 });
  const unknown = { columns: undefined, rows: undefined };
  assert.deepEqual(sizeOf(() => ({ columns: 0, rows: 0 })), unknown);
  const none = () => {
    throw new Error("not a terminal");
  };
  assert.deepEqual(sizeOf(none), unknown);
});

Deno.test("on Windows other signals ask finpipe to stop", () => {
  assert.deepEqual(stopSignals("linux"), ["SIGINT", "SIGTERM"]);
  assert.deepEqual(stopSignals("darwin"), stopSignals("linux"));
  const codes = stopSignals("windows").map((name) => [name, new Interrupted(name).exitCode]);
  assert.deepEqual(codes, [["SIGINT", 130], ["SIGBREAK", 143], ["SIGHUP", 143]]);
});
