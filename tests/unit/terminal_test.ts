/** How large a terminal is. */
import assert from "node:assert/strict";
import { sizeOf } from "../../lib/runtime/terminal.ts";

Deno.test("a terminal that has no size, as under script or a container's -t, is of unknown size", () => {
  assert.deepEqual(sizeOf(() => ({ columns: 120, rows: 40 })), { columns: 120, rows: 40 });
  const unknown = { columns: undefined, rows: undefined };
  assert.deepEqual(sizeOf(() => ({ columns: 0, rows: 0 })), unknown);
  const none = () => {
    throw new Error("not a terminal");
  };
  assert.deepEqual(sizeOf(none), unknown);
});
