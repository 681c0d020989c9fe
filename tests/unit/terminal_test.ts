/** How wide a terminal is. */
import assert from "node:assert/strict";
import { columnsOf } from "../../lib/runtime/terminal.ts";

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
