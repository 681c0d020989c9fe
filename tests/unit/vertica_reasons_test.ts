/** What is said of a row that a COPY rejected: its column, and no value. */
import assert from "node:assert/strict";
import { shownReason } from "../../lib/warehouse/vertica/load/refused_rows.ts";

const CASES: [reason: string, shown: string][] = [
  ["Parse error in column 10", "Parse error in column 10 (amount)"],
  ["Parse error in column 99", "Parse error in column 99"],
  [
    "Wrong number of columns! COPYing 11 columns from a source file containing: MORE columns.",
    "Wrong number of columns! COPYing 11 columns from a source file containing: MORE columns.",
  ],
  [
    "Row [3] rejected due to materialized type error on column: [amount] with value: [s3cret].",
    "Row [3] rejected due to materialized type error on column: [amount] with value: [...].",
  ],
  [
    "Error:  Row [3] failed, no fields detected with value: [on column: [s3cret].",
    "Error:  Row [...].",
  ],
  [
    "Invalid integer format 'it's s3cret' for column 10 (amount)",
    "Invalid integer format '...' for column 10 (amount)",
  ],
  ['The value "s3"cret" is bad', 'The value "..." is bad'],
];

Deno.test("a reason is shown with its column and without its value", () => {
  for (const [reason, shown] of CASES) assert.equal(shownReason(reason, "transactions"), shown);
});
