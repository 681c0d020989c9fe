import assert from "node:assert/strict";
import { arrayOf } from "../../lib/postgres/array.ts";

Deno.test("an array is written as PostgreSQL reads it", () => {
  assert.equal(arrayOf([]), "{}");
  assert.equal(arrayOf(new Set([3, -1])), "{3,-1}");
  assert.equal(
    arrayOf(["a.b", 'My "one", two', "\\", ""]),
    '{"a.b","My \\"one\\", two","\\\\",""}',
  );
});
