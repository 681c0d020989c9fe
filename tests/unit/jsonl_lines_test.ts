import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { LineCutter } from "../../lib/sources/line_cutter.ts";
import { PrefixDigest } from "../../lib/sources/prefix_digest.ts";
import type { BatchLimits, MessageBatch } from "../../lib/sources/source.ts";

const LIMITS: BatchLimits = { rows: 1000, bytes: 1 << 20, linger: 1000, maxMessageBytes: 1000 };

/** What a batch says of a message; the text of one that was not held is its hash. */
interface Seen {
  position: number;
  text: string;
}

/** The contract's rules in their plainest form: one string, one split. */
function reference(text: string, maxMessageBytes: number) {
  const terminated: Seen[] = [];
  const mark = text.startsWith("\xef\xbb\xbf") ? 3 : 0;
  const lines = text.slice(mark).split("\n");
  const last = lines.pop() ?? "";
  let position = mark;
  const seen = (line: string) => ({
    position,
    text: line.length <= maxMessageBytes ? line : `${line.length} bytes, sha256 ${sha256(line)}`,
  });
  for (const line of lines) {
    if (/[^ \t\r]/.test(line)) terminated.push(seen(line.replace(/\r$/, "")));
    position += line.length + 1;
  }
  const unterminated = /[^ \t\r]/.test(last) ? [seen(last)] : [];
  return { terminated, unterminated };
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function sha256(text: string): string {
  return createHash("sha256").update(latin1(text)).digest("hex");
}

function messagesOf(batch: MessageBatch): Seen[] {
  return Array.from({ length: batch.count }, (_, i) => {
    const large = batch.oversized.get(i);
    const bytes = batch.bytes.subarray(batch.starts[i]!, batch.ends[i]!);
    if (large !== undefined) assert.equal(bytes.length, 0);
    return {
      position: batch.positions[i]!,
      text: large === undefined
        ? String.fromCharCode(...bytes)
        : `${large.length} bytes, sha256 ${large.sha256}`,
    };
  });
}

/** Cuts a text given in chunks; `position` and the digest begin where an earlier cutter ended. */
function cutAll(text: string, sizes: number[], limits: Partial<BatchLimits> = {}, position = 0) {
  const digest = new PrefixDigest();
  digest.update(latin1(text.slice(0, position)));
  digest.mark();
  const cutter = new LineCutter({ ...LIMITS, ...limits }, { position, digest });
  const batches: MessageBatch[] = [];
  let at = position;
  for (let i = 0; at < text.length; i++) {
    const size = sizes.length === 0 ? text.length : sizes[i % sizes.length]!;
    // A copy that is spoilt after use: nothing may point into a chunk.
    const chunk = latin1(text.slice(at, at + size));
    batches.push(...cutter.cut(chunk));
    chunk.fill(0x2a);
    at += size;
  }
  const whole = cutter.take();
  if (whole !== undefined) batches.push(whole);
  const last = cutter.finish();
  if (last !== undefined) batches.push(last);
  return batches;
}

/** Few different bytes, so that ends of lines, white space and marks meet often. */
const texts = fc.tuple(
  fc.constantFrom("", "", "\xef\xbb\xbf", "\xef\xbb", "\xef"),
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("a", "{", "}", " ", "\t", "\r", "\n", "\r\n") },
      {
        weight: 1,
        arbitrary: fc.constantFrom("\xef\xbb\xbf", "\x00", "\x0b", "\xa0", "0123456789"),
      },
    ),
    { maxLength: 60 },
  ),
).map(([mark, parts]) => mark + parts.join(""));
const chunkSizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 });

Deno.test("messages and positions equal those of a plain split, however the bytes arrive", () => {
  fc.assert(
    fc.property(
      texts,
      chunkSizes,
      fc.record({
        rows: fc.integer({ min: 1, max: 5 }),
        bytes: fc.integer({ min: 1, max: 40 }),
        maxMessageBytes: fc.integer({ min: 1, max: 12 }),
      }),
      (text, sizes, limits) => {
        const expected = reference(text, limits.maxMessageBytes);
        const batches = cutAll(text, sizes, limits);
        const [open, whole] = [
          batches.filter((b) => b.unterminated),
          batches.filter((b) => !b.unterminated),
        ];
        assert.deepEqual(whole.flatMap(messagesOf), expected.terminated);
        assert.deepEqual(open.flatMap(messagesOf), expected.unterminated);
        if (open.length > 0) assert.equal(batches.at(-1), open[0]);
        for (const batch of batches) {
          assert.ok(batch.count >= 1 && batch.count <= limits.rows);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("reading on at any border of batches gives the rest, and the digest is the prefix's", () => {
  fc.assert(
    fc.property(texts, chunkSizes, fc.integer({ min: 1, max: 3 }), (text, sizes, rows) => {
      const batches = cutAll(text, sizes, { rows, maxMessageBytes: 8 });
      batches.forEach((batch, i) => {
        assert.equal(batch.digest, sha256(text.slice(0, batch.next)));
        const rest = cutAll(text, [...sizes].reverse(), { maxMessageBytes: 8 }, batch.next);
        assert.deepEqual(
          rest.flatMap(messagesOf),
          batches.slice(i + 1).flatMap(messagesOf),
        );
      });
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a batch is full at its limit of rows or of bytes", () => {
  const text = "aaaa\nbbbb\ncccc\ndddd\neeee\n";
  const counts = (limits: Partial<BatchLimits>) => cutAll(text, [], limits).map((b) => b.count);
  assert.deepEqual(counts({ rows: 2 }), [2, 2, 1]);
  assert.deepEqual(counts({ bytes: 10 }), [2, 2, 1]);
  assert.deepEqual(counts({ bytes: 11 }), [3, 2]);
  assert.deepEqual(counts({ bytes: 1 }), [1, 1, 1, 1, 1]);
  // What is kept of messages that are not held counts too.
  assert.deepEqual(counts({ bytes: 8, maxMessageBytes: 3 }), [2, 2, 1]);
});

Deno.test("a message of exactly the limit is held, with CRLF as with LF", () => {
  for (
    const [line, held] of [["12345\n", true], ["12345\r\n", true], ["123456\n", false]] as const
  ) {
    const [batch] = cutAll(line, [2], { maxMessageBytes: 5 });
    assert.equal(batch?.oversized.size, held ? 0 : 1, JSON.stringify(line));
  }
  const [batch] = cutAll("12345\r\r\n", [], { maxMessageBytes: 5 });
  assert.equal(batch?.oversized.get(0)?.sha256, sha256("12345\r"));
});

Deno.test("of a message beyond the limit the first 64 KiB, the length and the sha256 are kept", () => {
  const line = "x".repeat(70_000) + "y".repeat(130_000);
  const [batch] = cutAll(`{}\n${line}\r\n{}\n`, [4096], { maxMessageBytes: 100_000 });
  const large = batch?.oversized.get(1);
  assert.equal(batch?.count, 3);
  assert.deepEqual(large?.head, latin1(line.slice(0, 65_536)));
  assert.equal(large?.length, 200_000);
  assert.equal(large?.sha256, sha256(line));
});

Deno.test("neither 100 MB of white space nor a message of 100 MB is held", () => {
  const maxMessageBytes = 100_000;
  const cutter = new LineCutter({ ...LIMITS, maxMessageBytes }, { position: 0, digest: null });
  const feed = (text: string, times: number) => {
    const chunk = latin1(text);
    for (let i = 0; i < times; i++) assert.deepEqual([...cutter.cut(chunk)], []);
  };
  feed("{}\n", 1);
  feed(" \t\r ".repeat(25_000), 1000);
  feed("\n", 1);
  feed("z".repeat(100_000), 1000);
  feed("\n", 1);
  const batch = cutter.take();
  assert.deepEqual([...batch?.positions ?? []], [0, 100_000_004]);
  assert.equal(batch?.oversized.get(1)?.length, 100_000_000);
  assert.ok((batch?.bytes.buffer.byteLength ?? 0) <= 4 * maxMessageBytes);
});

Deno.test("what was given out stays as it was when the cutter goes on", () => {
  const cutter = new LineCutter({ ...LIMITS, rows: 2 }, { position: 0, digest: null });
  const [first] = [...cutter.cut(latin1("aa\nbb\ncc"))];
  const before = messagesOf(first!);
  const [second] = [...cutter.cut(latin1("CC\ndd\nee\n"))];
  assert.deepEqual(messagesOf(first!), before);
  assert.deepEqual(messagesOf(second!).map(({ text }) => text), ["ccCC", "dd"]);
});

Deno.test("what waits is given out without the line that has only begun", () => {
  const digest = new PrefixDigest();
  const cutter = new LineCutter(LIMITS, { position: 0, digest });
  assert.deepEqual([...cutter.cut(latin1("aa\nbb"))], []);
  const batch = cutter.take();
  assert.deepEqual(messagesOf(batch!), [{ position: 0, text: "aa" }]);
  assert.equal(batch?.next, 3);
  assert.equal(batch?.digest, sha256("aa\n"));
  assert.equal(cutter.take(), undefined);
  assert.deepEqual([...cutter.cut(latin1("BB\n"))], []);
  assert.deepEqual(messagesOf(cutter.take()!), [{ position: 3, text: "bbBB" }]);
});
