/** A file cut into ranges of whole rows, for sessions side by side. */
import assert from "node:assert/strict";
import { filePieces, rowRanges } from "../../lib/warehouse/vertica/file_pieces.ts";

async function withFile(text: string, test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    await test(path);
  } finally {
    await Deno.remove(path);
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
  await withFile(text, async (path) => {
    const ranges = await rowRanges(path, 3);
    assert.equal(ranges.length, 3);
    let whole = "";
    for (const range of ranges) {
      const part = await textOf(filePieces(path, range));
      assert.match(part, new RegExp(`^${range.rowsBefore},`), "begins with its first row");
      whole += part;
    }
    assert.ok(whole === text);
    const [one, two, three] = ranges.map(({ from }) => from);
    assert.ok(one === 0 && two! > 3e6 && two! < 9e6 && three! > two!);
  });
});

Deno.test("a small file, and an empty one, are one range", async () => {
  for (const text of ["", "1,2\n3,4\n"]) {
    await withFile(text, async (path) => {
      const ranges = await rowRanges(path, 4);
      assert.equal(ranges.length, 1);
      assert.equal(await textOf(filePieces(path, ranges[0])), text);
    });
  }
});

Deno.test("what is no CSV is a data error, and an absent file a failure that names it", async () => {
  await withFile('"' + "x".repeat(9_000_000), async (path) => {
    await assert.rejects(rowRanges(path, 2), /longer than/);
  });
  await assert.rejects(textOf(filePieces("/nowhere/day.csv")), /Cannot read "\/nowhere\/day.csv"/);
});
