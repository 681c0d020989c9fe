/** A file cut into ranges of whole rows, for sessions side by side. */
import assert from "node:assert/strict";
import { OpenFile } from "../../lib/partitions/file_bytes.ts";
import type { PartitionFile } from "../../lib/partitions/partition_file.ts";
import { provenPieces } from "../../lib/partitions/proven_pieces.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { rowRanges, rowsOf } from "../../lib/warehouse/vertica/load/row_ranges.ts";
import { writePartitionText } from "../support/partitions/reference.ts";

const DAY = "2022-10-01";

/** A partition file with this text, held open. */
async function withFile(
  text: string,
  test: (file: PartitionFile) => Promise<void>,
): Promise<void> {
  const workDir = await Deno.makeTempDir();
  try {
    const figures = { rows: 0, control_total: "0" };
    const file = await writePartitionText(workDir, "transactions", DAY, text, figures);
    using bytes = new OpenFile(file.path, await Deno.open(file.path));
    await test({ ...file, bytes });
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text;
}

Deno.test("ranges are whole rows, follow each other, and know what stands before them", async () => {
  // 12 MB: line ends inside of quotes, doubled quotes, and a last row without a line end.
  const row = (n: number) => `${n},"a\n""b\n${"x".repeat(50)}",z\n`;
  let text = "";
  for (let n = 0; text.length < 12_000_000; n++) text += row(n);
  text += "last,row";
  await withFile(text, async (file) => {
    const ranges = await rowRanges(file, 3);
    assert.equal(ranges.length, 3);
    // Side by side, as sessions read them.
    const parts = await Promise.all(ranges.map((range) => textOf(provenPieces(file, range))));
    for (const index of ranges.keys()) {
      const rowsBefore = await rowsOf(file, ranges.slice(0, index));
      assert.ok(parts[index]!.startsWith(`${rowsBefore},`), "begins with its first row");
    }
    const whole = parts.join("");
    assert.ok(whole === text);
    const [one, two, three] = ranges.map(({ from }) => from);
    assert.ok(one === 0 && two! > 3e6 && two! < 9e6 && three! > two!);
  });
});

Deno.test("a small file, and an empty one, are one range", async () => {
  for (const text of ["", "1,2\n3,4\n"]) {
    await withFile(text, async (file) => {
      const ranges = await rowRanges(file, 4);
      assert.equal(ranges.length, 1);
      assert.equal(await textOf(provenPieces(file, ranges[0])), text);
    });
  }
});

Deno.test("a row is never cut, however long it is, nor where a quote is not closed", async () => {
  const long = "x\n".repeat(1_000_000);
  const rows = [`1,"${long}"\n`, `2,"${long}"\n`, `3,"${long}\n`];
  await withFile(rows.join(""), async (file) => {
    const parts = (await rowRanges(file, 8)).map((range) => textOf(provenPieces(file, range)));
    assert.deepEqual(
      (await Promise.all(parts)).map(({ length }) => length),
      rows.map((row) => row.length),
    );
  });
});

Deno.test("borders may lie anywhere in what is read at once, and many in one", async () => {
  // Rows of all lengths about a reading, so that a line end is its first byte, its last, or its only one.
  const piece = 512 * 1024;
  for (const length of [piece - 1, piece, piece + 1, 7, 1]) {
    const text = `${"x".repeat(length - 1)}\n`.repeat(Math.ceil((3 << 20) / length));
    await withFile(text, async (file) => {
      const ranges = await rowRanges(file, 16);
      assert.ok(ranges.length > 1 && ranges.length <= 16);
      assert.deepEqual([ranges[0]!.from, ranges.at(-1)!.to], [0, text.length]);
      for (const [index, { from, to }] of ranges.entries()) {
        assert.equal(text[to - 1], "\n");
        assert.ok(to > from && from === (ranges[index - 1]?.to ?? 0));
      }
      assert.equal(await rowsOf(file, ranges), text.length / length);
    });
  }
});

Deno.test("each range, and the file that is cut, is proven by its bytes", async () => {
  const text = "1,aaaa\n".repeat(400_000);
  await withFile(text, async (file) => {
    const ranges = await rowRanges(file, 2);
    const [first, second] = ranges;
    const sizes = ranges.map(({ from, to }) => to - from);
    assert.equal(sizes[0]! + sizes[1]!, text.length);
    using editor = await Deno.open(file.path, { write: true });
    await editor.seek(second!.from + 3, Deno.SeekMode.Start);
    await editor.write(new TextEncoder().encode("b"));
    assert.equal((await textOf(provenPieces(file, first))).length, sizes[0]);
    const isChanged = (error: unknown) =>
      isKind(error, "data") && /changed while it was being loaded/.test(error.message);
    await assert.rejects(textOf(provenPieces(file, second)), isChanged);
    await assert.rejects(textOf(provenPieces(file)), isChanged);
    await assert.rejects(rowRanges(file, 2), isChanged);
    await editor.truncate(second!.from);
    await assert.rejects(textOf(provenPieces(file, second)), isChanged);
  });
});

Deno.test("a file that cannot be read is a failure that names it", async () => {
  await withFile("1,2\n", async (file) => {
    const closed = await Deno.open(file.path);
    closed.close();
    const bytes = new OpenFile("/some/day.csv", closed);
    await assert.rejects(textOf(provenPieces({ ...file, bytes })), /Cannot read "\/some\/day.csv"/);
  });
});
