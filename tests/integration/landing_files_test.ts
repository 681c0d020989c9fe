/** By what a file is known again, and what its last line may be (contract, section 2). */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { isKind } from "../../lib/runtime/errors.ts";
import { engineTests, type TestEngine } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";

const engineTest = engineTests();
const NOTHING = { messages_read: 0, transactions: 0, currencies: 0, rejected: 0, duplicates: 0 };
const REPLACED = /warn: This path now holds a different file/;
const UNFINISHED =
  /warn: The last line has no line end and is not a complete message.* position=(\d+)/;

/** Each source partition, in short. */
async function partitions(engine: TestEngine): Promise<string[]> {
  const rows = await engine.query(
    `SELECT source, partition, next_position, messages_read
     FROM finpipe.source_partitions ORDER BY source, partition`,
  );
  return rows.map((row) =>
    `${row.source!.slice(engine.folder.length + 1)} ${row.partition}: ` +
    `${row.messages_read} up to ${row.next_position}`
  );
}

function messages(count: number): string[] {
  return Array.from({ length: count }, () => transactionMessage());
}

engineTest("a file that was landed lands nothing when it comes again", async (engine) => {
  const text = jsonl(...messages(5));
  const path = await engine.write("a.jsonl", text);
  assert.equal((await engine.land(path, { rows: 2 })).transactions, 5);
  assert.deepEqual(await engine.land(path), NOTHING);
  assert.deepEqual(await partitions(engine), [`a.jsonl 0: 5 up to ${text.length}`]);
  assert.match(await engine.logged(), /Continuing where the last run stopped/);
});

engineTest("a file that grew goes on where it was, its digest with it", async (engine) => {
  const [first, second] = [jsonl(...messages(3)), jsonl(...messages(4))];
  const path = await engine.write("a.jsonl", first);
  await engine.land(path);
  await engine.write("a.jsonl", first + second);
  assert.equal((await engine.land(path, { rows: 3 })).transactions, 4);
  const [row] = await engine.query("SELECT digest FROM finpipe.source_partitions");
  assert.equal(row?.digest, createHash("sha256").update(first + second).digest("hex"));
  assert.doesNotMatch(await engine.logged(), /warn/);
});

engineTest("another file under the same path is a partition of its own", async (engine) => {
  const lines = messages(4);
  const path = await engine.write("a.jsonl", jsonl(...lines));
  await engine.land(path);
  // Of equal length, shorter, and with all but the last line in common.
  const others = [
    jsonl(...lines).replaceAll('"USA"', '"GER"'),
    jsonl(lines[0]!),
    jsonl(lines[0]!, ...messages(1)),
    jsonl(lines[0]!, ...messages(3)),
  ];
  const expected = [`a.jsonl 0: 4 up to ${jsonl(...lines).length}`];
  for (const [i, other] of others.entries()) {
    await engine.logged();
    await engine.write("a.jsonl", other);
    const { messages_read, duplicates } = await engine.land(path);
    // The third one is the second, grown.
    const grown = i === 2;
    const count = other.split("\n").length - 1;
    assert.deepEqual([messages_read, duplicates], [grown ? 1 : count, 0]);
    const log = await engine.logged();
    if (grown) {
      assert.doesNotMatch(log, REPLACED);
      expected.pop();
    } else assert.match(log, REPLACED);
    expected.push(`a.jsonl ${expected.length}: ${count} up to ${other.length}`);
    assert.deepEqual(await partitions(engine), expected);
  }
  // Rejected messages say of which replacement they are.
  await engine.write("a.jsonl", "garbage\n");
  await engine.land(path);
  const [row] = await engine.query("SELECT source, partition FROM stg.rejected");
  assert.deepEqual(row, { source: path, partition: "4" });
});

engineTest("an empty file in its place is another one too, and lands nothing", async (engine) => {
  const path = await engine.write("a.jsonl", jsonl(...messages(2)));
  await engine.land(path);
  await engine.write("a.jsonl", "");
  assert.deepEqual(await engine.land(path), NOTHING);
  assert.match(await engine.logged(), REPLACED);
});

engineTest("a link is the file that it leads to; a file that moved is another", async (engine) => {
  const text = jsonl(...messages(2));
  const path = await engine.write("a.jsonl", text);
  await Deno.symlink(path, join(engine.folder, "link.jsonl"));
  assert.equal((await engine.land(join(engine.folder, "link.jsonl"))).transactions, 2);
  assert.deepEqual(await engine.land(path), NOTHING);
  await Deno.rename(path, join(engine.folder, "b.jsonl"));
  assert.equal((await engine.land(join(engine.folder, "b.jsonl"))).transactions, 2);
  assert.deepEqual(await partitions(engine), [
    `a.jsonl 0: 2 up to ${text.length}`,
    `b.jsonl 0: 2 up to ${text.length}`,
  ]);
});

engineTest(
  "a last line that is still growing is left, and landed when it is whole",
  async (engine) => {
    const [first, last] = [transactionMessage(), transactionMessage({ country: "€" })];
    const bytes = new TextEncoder().encode(jsonl(first) + last);
    const whole = jsonl(first).length;
    // In the middle of a string, of a character, before the last brace.
    const euro = bytes.indexOf(0xe2);
    const path = await engine.write("a.jsonl", bytes.subarray(0, whole + 10));
    for (const [i, length] of [whole + 10, euro + 1, bytes.length - 1].entries()) {
      await engine.write("a.jsonl", bytes.subarray(0, length));
      assert.equal((await engine.land(path)).messages_read, i === 0 ? 1 : 0);
      assert.equal((await engine.logged()).match(UNFINISHED)?.[1], String(whole));
      assert.deepEqual(await partitions(engine), [`a.jsonl 0: 1 up to ${whole}`]);
    }
    await engine.write("a.jsonl", bytes);
    assert.equal((await engine.land(path)).transactions, 1);
    assert.doesNotMatch(await engine.logged(), /warn/);
    // What comes behind an unterminated message is its end, then others.
    const more = jsonl("", rateMessage());
    await engine.write("a.jsonl", new Uint8Array([...bytes, ...new TextEncoder().encode(more)]));
    assert.deepEqual(await engine.land(path), { ...NOTHING, messages_read: 1, currencies: 1 });
    assert.deepEqual(await partitions(engine), [
      `a.jsonl 0: 3 up to ${bytes.length + more.length}`,
    ]);
  },
);

engineTest("an unterminated object that is refused is rejected, not left", async (engine) => {
  const path = await engine.write("a.jsonl", jsonl(rateMessage()) + '{"object_id": 1}');
  assert.deepEqual(await engine.land(path), {
    ...NOTHING,
    messages_read: 2,
    currencies: 1,
    rejected: 1,
  });
  for (const [name, last] of [["b", "[1]"], ["c", "garbage"], ["d", '{"a":1}x'], ["e", '"{}"']]) {
    const other = await engine.write(`${name}.jsonl`, last!);
    assert.deepEqual(await engine.land(other), NOTHING);
    assert.match(await engine.logged(), UNFINISHED);
  }
  const long = await engine.write("long.jsonl", `{"a":"${"x".repeat(100)}"}`);
  assert.deepEqual(await engine.land(long, { maxMessageBytes: 100 }), NOTHING);
  assert.match(await engine.logged(), UNFINISHED);
});

engineTest("gzip is read on in decompressed bytes; cut, it lands whole lines", async (engine) => {
  const text = jsonl(...messages(200).map((line, i) => line.replace("USA", `${i ** 7}`)));
  const packed = gzipSync(text);
  const path = await engine.write("a.jsonl.gz", packed.subarray(0, packed.length / 2));
  await assert.rejects(
    engine.land(path, { rows: 50 }),
    (error) => isKind(error, "failed") && /its gzip data breaks off/.test(error.message),
  );
  const [cut] = await engine.query(
    "SELECT messages_read, next_position FROM finpipe.source_partitions",
  );
  const before = Number(cut?.messages_read);
  assert.ok(before > 0 && before < 200, `${before} messages`);
  assert.equal(Number(cut?.next_position), jsonl(...text.split("\n").slice(0, before)).length);
  await engine.write("a.jsonl.gz", packed);
  assert.equal((await engine.land(path)).transactions, 200 - before);
  assert.deepEqual(await partitions(engine), [`a.jsonl.gz 0: 200 up to ${text.length}`]);
});

engineTest("stdin has no position and no memory of the run before", async (engine) => {
  const line = transactionMessage();
  const text = jsonl(line, line) + "garbage";
  const expected = { messages_read: 3, transactions: 1, currencies: 0, rejected: 1, duplicates: 1 };
  for (const _ of [1, 2]) assert.deepEqual(await engine.landText(text), expected);
  assert.deepEqual(
    await engine.query("SELECT source, partition, messages_read FROM finpipe.source_partitions"),
    [
      { source: "stdin", partition: "0", messages_read: "3" },
      { source: "stdin", partition: "1", messages_read: "3" },
    ],
  );
});

engineTest("a message above the limit is kept by its head, length and sha256", async (engine) => {
  const long = `{"note":"${"é".repeat(100_000)}"}`;
  const bytes = new TextEncoder().encode(long);
  const short = rateMessage();
  const text = jsonl(long, short);
  const path = await engine.write("a.jsonl", text);
  const totals = await engine.land(path, { maxMessageBytes: 1000 });
  assert.deepEqual(totals, { ...NOTHING, messages_read: 2, currencies: 1, rejected: 1 });
  const [row] = await engine.query(
    "SELECT reason, field, encode(raw, 'hex') AS raw, length, sha256, position FROM stg.rejected",
  );
  assert.deepEqual(row, {
    reason: "too_large",
    field: null,
    raw: bytes.subarray(0, 65_536).toHex(),
    length: String(bytes.length),
    sha256: createHash("sha256").update(bytes).digest("hex"),
    position: "0",
  });
});
