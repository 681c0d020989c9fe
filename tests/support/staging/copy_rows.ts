/** Rows of PostgreSQL's COPY, read back (documentation of COPY, "Binary Format"). */
import assert from "node:assert/strict";

const SIGNATURE = [...new TextEncoder().encode("PGCOPY\n"), 0xff, 13, 10, 0];

/** The values of each row of a whole COPY. */
export function rowsOf(pieces: readonly Uint8Array[]): (Uint8Array | null)[][] {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let to = 0;
  for (const piece of pieces) {
    bytes.set(piece, to);
    to += piece.length;
  }
  const view = new DataView(bytes.buffer);
  assert.deepEqual([...bytes.subarray(0, 11)], SIGNATURE);
  assert.equal(view.getBigInt64(11), 0n, "no flags and no extension");
  const rows: (Uint8Array | null)[][] = [];
  let at = 19;
  for (;;) {
    const count = view.getInt16(at);
    at += 2;
    if (count === -1) break;
    const row: (Uint8Array | null)[] = [];
    for (let value = 0; value < count; value++) {
      const length = view.getInt32(at);
      at += 4;
      row.push(length === -1 ? null : bytes.slice(at, at + length));
      at += Math.max(0, length);
    }
    rows.push(row);
  }
  assert.equal(at, bytes.length);
  return rows;
}
