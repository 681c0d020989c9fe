/** Rows of a partition file that lack a string, told from those that have an empty one; and too long ones. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type DatasetName, DATASETS, fileColumns } from "../../lib/events/dataset.ts";
import { NO_VALUE, TOO_LONG } from "../../lib/warehouse/load_checks.ts";
import {
  type ChangedRow,
  changedRows,
  type Sought,
} from "../../lib/warehouse/vertica/load/changed_rows.ts";
import { csv, writePartitionText } from "../support/partitions/reference.ts";
import { objectId, transaction } from "../support/partitions/rows.ts";

const DAY = "2022-10-01";
const STRINGS = ["country", "status", "transaction_type"] as const;

const ABSENT: Sought = { absent: true, tooLong: false };

async function found(
  text: string,
  dataset: DatasetName = "transactions",
  sought = ABSENT,
): Promise<ChangedRow[]> {
  const workDir = await Deno.makeTempDir();
  try {
    const figures = { rows: 0, control_total: "0" };
    const file = await writePartitionText(workDir, dataset, DAY, text, figures);
    return await Array.fromAsync(changedRows(file, sought));
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

/** Values that try to be taken for absent ones, or for a row's end. */
const value = fc.array(fc.constantFrom('"', ",", ",,", "\n", "\r\n", "a", "é"), { maxLength: 4 })
  .map((parts) => parts.join(""));

Deno.test("absent strings are found, whatever the others hold", async () => {
  const row = fc.record({
    country: fc.option(value),
    status: fc.option(value),
    transaction_type: fc.option(value),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 12 }), fc.boolean(), async (rows, hasEnd) => {
      const texts = rows.map((strings, index) => {
        const absent = STRINGS.filter((column) => strings[column] === null);
        const marks = Object.fromEntries(absent.map((column) => [column, "ABSENT"]));
        const fields = { ...strings, ...marks, object_id: objectId(index) };
        return csv([transaction(DAY, fields as Record<string, string>)]).replaceAll("ABSENT", "");
      });
      const expected = rows.flatMap((strings, index): ChangedRow[] => {
        const column = STRINGS.find((column) => strings[column] === null);
        const text = texts[index]!.slice(0, -1);
        return column === undefined
          ? []
          : [{ line: index + 1, objectId: objectId(index), column, why: NO_VALUE, text }];
      });
      const text = texts.join("");
      assert.deepEqual(await found(hasEnd ? text : text.slice(0, -1)), expected);
    }),
    { numRuns: 200 },
  );
});

Deno.test("absent fields of another type, and what is no row, are the server's to judge", async () => {
  const row = csv([transaction(DAY)]);
  const texts = [row.replace(",100,", ",,"), ",,\n", ",,,,,,,,,,,\n", `${row.trimEnd()},\n`, ",\n"];
  for (const text of texts) assert.deepEqual(await found(text), [], text);
  assert.deepEqual(await found("a,,c,,e,f\n", "currencies"), []);
});

Deno.test("no string is the first or last field of a row", () => {
  for (const dataset of Object.values(DATASETS)) {
    const columns = fileColumns(dataset);
    for (const at of [0, -1]) assert.notEqual(columns.at(at)!.type, "text");
  }
});

Deno.test("strings of more bytes than their column are found, whatever they are written as", async () => {
  const texts = [
    "x".repeat(1000),
    "x".repeat(1001),
    "é".repeat(500),
    `${"é".repeat(500)}x`,
    '"'.repeat(1000),
    '"'.repeat(1001),
    ",".repeat(1001),
    "\n".repeat(1001),
  ];
  const isTooLong = (text: string) => new TextEncoder().encode(text).length > 1000;
  const both: Sought = { absent: true, tooLong: true };
  for (const column of STRINGS) {
    const rows = texts.map((text, index) =>
      csv([transaction(DAY, { [column]: text, object_id: objectId(index) })])
    );
    const expected = texts.flatMap((text, index) => {
      const row = { line: index + 1, objectId: objectId(index), text: rows[index]!.slice(0, -1) };
      return isTooLong(text) ? [{ ...row, column, why: TOO_LONG }] : [];
    });
    for (const sought of [{ absent: false, tooLong: true }, both]) {
      assert.deepEqual(await found(rows.join(""), "transactions", sought), expected);
    }
    assert.deepEqual(await found(rows.join("")), []);
  }
  // The first column counts.
  const row = csv([transaction(DAY, { country: "ABSENT", status: "x".repeat(1001) })])
    .replace("ABSENT", "");
  const [changed] = await found(row, "transactions", both);
  assert.deepEqual([changed?.column, changed?.why], ["country", NO_VALUE]);
  const [long] = await found(row, "transactions", { ...both, absent: false });
  assert.deepEqual([long?.column, long?.why], ["status", TOO_LONG]);
});
