/** COPY TO STDOUT over pieces of the connection, wherever they are cut. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { copyTo } from "../../lib/postgres/copy_to.ts";

/** A message of the server's (PostgreSQL documentation, "Message Formats"). */
function message(code: string, content = ""): Buffer {
  const bytes = Buffer.alloc(5 + content.length);
  bytes.write(code, 0, "latin1");
  bytes.writeUInt32BE(4 + content.length, 1);
  bytes.write(content, 5, "latin1");
  return bytes;
}

const ROWS = ["1,one\n", "2,two\n", "3,three\n"];
const BEFORE = Buffer.concat([message("H", "\0\0\0"), ...ROWS.map((row) => message("d", row))]);
const AFTER = Buffer.concat([message("C", "COPY 3\0"), message("Z", "I")]);
const ANSWER = Buffer.concat([BEFORE, message("c"), AFTER]);

/** Copies over a connection that is cut at these places; what came out, and what the driver got. */
async function copied(cuts: readonly number[]): Promise<{ rows: string; rest: Buffer }> {
  const stream = new PassThrough();
  const rest: Buffer[] = [];
  // As the driver listens.
  stream.on("data", (piece) => rest.push(piece));
  const copy = copyTo("COPY t TO STDOUT");
  const connection = { stream, query: () => {} };
  (copy as unknown as { submit(to: typeof connection): void }).submit(connection);
  const places = [0, ...cuts.toSorted((a, b) => a - b), ANSWER.length];
  for (const [i, to] of places.slice(1).entries()) stream.write(ANSWER.subarray(places[i]!, to));
  stream.end();
  const ended = new Promise((resolve) => stream.on("end", resolve));
  let rows = "";
  for await (const piece of copy) rows += piece;
  await ended;
  return { rows, rest: Buffer.concat(rest) };
}

Deno.test("the answer behind COPY's end is the driver's, wherever the pieces are cut", async () => {
  const cut = fc.integer({ min: 1, max: ANSWER.length - 1 });
  const property = fc.asyncProperty(fc.uniqueArray(cut, { maxLength: 5 }), async (cuts) => {
    const { rows, rest } = await copied(cuts);
    assert.equal(rows, ROWS.join(""));
    assert.deepEqual(rest, AFTER);
  });
  // Behind CopyDone, and behind CommandComplete.
  const examples: [number[]][] = [[[ANSWER.length - AFTER.length]], [[ANSWER.length - 6]]];
  await fc.assert(property, { examples, numRuns: 200 });
});
