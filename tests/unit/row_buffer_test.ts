import assert from "node:assert/strict";
import fc from "fast-check";
import { RowBuffer } from "../../lib/staging/row_buffer.ts";

const encoder = new TextEncoder();

/** What PostgreSQL reads of a value in the text format of COPY (documentation of COPY). */
function unescaped(value: string): string | null {
  if (value === "\\N") return null;
  return value.replaceAll(/\\(.)/gs, (_, letter: string) => {
    const known: Record<string, string> = { t: "\t", n: "\n", r: "\r", "\\": "\\" };
    return known[letter]!;
  });
}

function rowsOf(buffer: RowBuffer, from?: number, to?: number): (string | null)[][] {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    .decode(buffer.slice(from, to));
  if (text === "") return [];
  assert.ok(text.endsWith("\n"));
  // PostgreSQL takes a bare one for a line's end, or refuses it.
  assert.ok(!text.includes("\r"));
  return text.slice(0, -1).split("\n").map((line) => line.split("\t").map(unescaped));
}

/** Adds a row of values with the room that they may need. */
function add(buffer: RowBuffer, values: readonly (string | null)[], message: number): void {
  for (const value of values) {
    const bytes = encoder.encode(value ?? "");
    buffer.reserve(2 * bytes.length + 8);
    if (value === null) buffer.null();
    else buffer.escaped(bytes, 0, bytes.length);
  }
  buffer.endRow(message);
}

const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.string({ unit: fc.constantFrom(..."\\\t\n\rN.x"), maxLength: 200 }),
  fc.constantFrom("\\N", "\\.", ""),
);

Deno.test("RowBuffer: any value is read back as it was, and NULL is none of them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.option(value), { minLength: 2, maxLength: 4 }), { maxLength: 60 }),
      (rows) => {
        const buffer = new RowBuffer();
        rows.forEach((row, i) => add(buffer, row, i * 2));
        assert.equal(buffer.rows, rows.length);
        assert.deepEqual(rowsOf(buffer), rows);
        rows.forEach((row, i) => {
          assert.deepEqual(rowsOf(buffer, i, i + 1), [row]);
          assert.equal(buffer.messageOf(i), i * 2);
        });
        const half = rows.length >> 1;
        assert.deepEqual([...rowsOf(buffer, 0, half), ...rowsOf(buffer, half)], rows);
      },
    ),
  );
});

Deno.test("RowBuffer: plain bytes, long and short, from the middle of others", () => {
  const buffer = new RowBuffer();
  const bytes = encoder.encode("[" + "é".repeat(5000) + "]");
  buffer.reserve(bytes.length + 100);
  buffer.plain(bytes, 1, bytes.length - 1);
  buffer.plain(bytes, 1, 3);
  buffer.plain(bytes, 1, 1);
  buffer.ascii("-12.5");
  buffer.endRow(0);
  assert.deepEqual(rowsOf(buffer), [["é".repeat(5000), "é", "", "-12.5"]]);
});

Deno.test("RowBuffer: a UUID in lower case, bytes in PostgreSQL's hexadecimal form", () => {
  const buffer = new RowBuffer();
  const id = encoder.encode("xABCDEF01-2345-6789-abcd-EF0123456789");
  buffer.reserve(1000);
  buffer.uuid(id, 1);
  buffer.bytea(Uint8Array.of(0, 9, 10, 92, 127, 128, 255));
  buffer.bytea(new Uint8Array());
  buffer.endRow(0);
  assert.deepEqual(rowsOf(buffer), [
    ["abcdef01-2345-6789-abcd-ef0123456789", "\\x00090a5c7f80ff", "\\x"],
  ]);
});

Deno.test("RowBuffer: no rows are no bytes", () => {
  assert.equal(new RowBuffer().slice().length, 0);
});
