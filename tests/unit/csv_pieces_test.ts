/** Cutting CSV into whole rows. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { countLines, csvPieces, middleRowEnd } from "../../lib/warehouse/csv_pieces.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { csv } from "../support/partitions/reference.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The pieces of a file with this text, each as text and its line. */
async function piecesOf(
  text: string,
  size: number,
  cut = 7,
): Promise<[text: string, line: number][]> {
  const pieces: [string, number][] = [];
  // A piece is only valid until the next one.
  for await (const { bytes, line } of csvPieces(cutAt(text, cut), "day.csv", size)) {
    pieces.push([textOf(bytes), line]);
  }
  return pieces;
}

/** A file's bytes as they are read, so many at a time and always into the same place. */
async function* cutAt(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = bytesOf(text);
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    yield await Promise.resolve(buffer.subarray(0, piece.length));
  }
}

/** Fields that try to be taken for the end of a row. */
const row = fc.array(
  fc.array(fc.constantFrom('"', ",", "\n", "\r\n", "a", "é"), { maxLength: 4 })
    .map((parts) => parts.join("")),
  { minLength: 1, maxLength: 3 },
);

Deno.test("pieces hold whole rows, in order, and know their line", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 20 }),
      fc.integer({ min: 64, max: 200 }),
      fc.integer({ min: 1, max: 500 }),
      async (rows, size, cut) => {
        const lines = rows.map((row) => csv([row]));
        const text = lines.join("");
        const ends = new Set(lines.map((_, index) => lines.slice(0, index + 1).join("").length));
        const pieces = await piecesOf(text, size, cut);
        assert.equal(pieces.map(([piece]) => piece).join(""), text);
        let at = 0;
        for (const [piece, line] of pieces) {
          assert.equal(line, 1 + countLines(bytesOf(text.slice(0, at))));
          at += piece.length;
          assert.ok(ends.has(at), "a piece ends inside a row");
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("halves of whole rows are whole rows, down to single ones", () => {
  fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
    const lines = rows.map((row) => csv([row]));
    const found: string[] = [];
    const halve = (bytes: Uint8Array): void => {
      const middle = middleRowEnd(bytes);
      if (middle === 0) return void found.push(textOf(bytes));
      halve(bytes.subarray(0, middle));
      halve(bytes.subarray(middle));
    };
    halve(bytesOf(lines.join("")));
    assert.deepEqual(found, lines);
  }));
});

Deno.test("a last row without LF is a row", async () => {
  assert.deepEqual(await piecesOf("a,b\nc,d", 6), [["a,b\n", 1], ["c,d", 2]]);
  assert.equal(middleRowEnd(bytesOf("a,b\nc,d")), 4);
});

Deno.test("an empty file has no piece", async () => {
  assert.deepEqual(await piecesOf("", 6), []);
});

Deno.test("a row beyond all measure is no CSV: the message says where it begins", async () => {
  await assert.rejects(piecesOf('a\nb\n"never closed\nc\nd\ne\nf\n', 12), (error) => {
    assert.ok(error instanceof FinpipeError);
    assert.equal(error.kind, "data");
    assert.match(error.message, /the row at line 3 is longer than 12 bytes$/);
    return true;
  });
});
