import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { mock } from "node:test";
import { gzipSync } from "node:zlib";
import {
  type FilePosition,
  openFileSource,
  realPathOf,
  stdinSource,
} from "../../lib/sources/jsonl.ts";
import type { BatchLimits, MessageBatch, Source } from "../../lib/sources/source.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { isPending, settle } from "../support/turns.ts";
import { inFolder } from "../support/folder.ts";

const LIMITS: BatchLimits = { rows: 4, bytes: 1 << 20, linger: 1000, maxMessageBytes: 1000 };
const never = new AbortController().signal;
const encoder = new TextEncoder();

function textsOf(batch: MessageBatch): string[] {
  const decoder = new TextDecoder();
  return Array.from(
    { length: batch.count },
    (_, i) => decoder.decode(batch.bytes.subarray(batch.starts[i], batch.ends[i])),
  );
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function lines(count: number, from = 0): string {
  return Array.from({ length: count }, (_, i) => `{"n":${from + i}}\n`).join("");
}

/** All batches, and the error that ended them. */
async function drain(source: Source, limits: Partial<BatchLimits> = {}) {
  const batches: MessageBatch[] = [];
  let error: unknown;
  try {
    for await (const batch of source.batches({ ...LIMITS, ...limits }, never)) batches.push(batch);
  } catch (thrown) {
    error = thrown;
  }
  return { batches, error, texts: batches.flatMap(textsOf) };
}

async function drainFile(path: string, stored?: FilePosition, limits: Partial<BatchLimits> = {}) {
  await using source = await openFileSource(path, stored);
  return { ...await drain(source, limits), start: source.start, replaced: source.replaced };
}

/** A stream that gives what it is told when it is told. */
function trickle() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    readable,
    write: (text: string) => writer.write(encoder.encode(text)),
    close: () => writer.close(),
    /** Resolves when the reader has cancelled the stream. */
    cancelled: writer.closed.then(() => false, () => true),
  };
}

Deno.test("a file is read on from any border of batches, plain and compressed", () =>
  inFolder(async (folder) => {
    const text = lines(10) + '{"last":1}';
    await Deno.writeTextFile(join(folder, "a.jsonl"), text);
    await Deno.writeFile(
      join(folder, "a.jsonl.gz"),
      concat(gzipSync(text.slice(0, 31)), gzipSync(text.slice(31))),
    );
    for (const name of ["a.jsonl", "a.jsonl.gz"]) {
      const path = join(folder, name);
      const all = await drainFile(path);
      assert.equal(all.error, undefined);
      assert.deepEqual(all.texts, text.split("\n"));
      assert.deepEqual(all.batches.map((b) => b.unterminated), [false, false, false, true]);
      for (const [i, { next, digest }] of all.batches.entries()) {
        assert.equal(digest, sha256(text.slice(0, next)));
        const rest = await drainFile(path, { position: next, digest: digest ?? "" });
        assert.deepEqual([rest.start, rest.replaced], [next, false]);
        assert.deepEqual(rest.texts, all.batches.slice(i + 1).flatMap(textsOf));
      }
    }
  }));

Deno.test("a file that grew goes on where it was; one that was replaced begins anew", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl");
    await Deno.writeTextFile(path, lines(3));
    const stored = { position: lines(3).length, digest: sha256(lines(3)) };
    await Deno.writeTextFile(path, lines(5));
    const grown = await drainFile(path, stored);
    assert.deepEqual([grown.replaced, grown.texts], [false, ['{"n":3}', '{"n":4}']]);
    for (const other of [lines(5, 1), lines(2), ""]) {
      await Deno.writeTextFile(path, other);
      const replaced = await drainFile(path, stored);
      assert.deepEqual([replaced.start, replaced.replaced], [0, true]);
      assert.deepEqual(replaced.texts, other.split("\n").slice(0, -1));
      assert.equal(replaced.batches.at(-1)?.digest ?? sha256(""), sha256(other));
    }
  }));

Deno.test("a gzip that breaks off gives all whole lines before the break, then fails", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl.gz");
    const noise = Array.from({ length: 20_000 }, (_, i) => `{"n":"${sha256(String(i))}"}\n`).join(
      "",
    );
    const packed = gzipSync(noise);
    const damaged = packed.slice();
    damaged[packed.length - 6]! ^= 1;
    const cases: [name: string, bytes: Uint8Array, whole: string | undefined][] = [
      ["cut short", packed.subarray(0, packed.length / 2), undefined],
      ["data behind padding", concat(packed, new Uint8Array(600), gzipSync(lines(9))), noise],
      ["trailing garbage", concat(packed, encoder.encode("garbage")), noise],
      ["a wrong checksum", damaged, noise],
      ["half of a second member", concat(packed, gzipSync(lines(9)).subarray(0, 12)), noise],
      ["no more than a first byte", packed.subarray(0, 1), ""],
      ["the first two bytes", packed.subarray(0, 2), ""],
      ["empty", new Uint8Array(), ""],
    ];
    for (const [name, bytes, whole] of cases) {
      await Deno.writeFile(path, bytes);
      const { texts, error, batches } = await drainFile(path, undefined, { rows: 7000 });
      assert.ok(isKind(error, "failed"), name);
      assert.match(error.message, /a\.jsonl\.gz" to its end: its gzip data breaks off after/, name);
      const given = texts.map((text) => text + "\n").join("");
      if (whole === undefined) {
        assert.ok(given.length > noise.length / 3 && noise.startsWith(given));
      } else assert.equal(given, whole, name);
      assert.ok(batches.every(({ unterminated }) => !unterminated), name);
    }
  }));

Deno.test("gzip is known by its first bytes, whatever the name says", () =>
  inFolder(async (folder) => {
    const texts = lines(5).split("\n").slice(0, -1);
    const [wrong, unnamed] = [join(folder, "wrong.gz"), join(folder, "a.jsonl")];
    await Deno.writeTextFile(wrong, lines(5));
    await Deno.writeFile(unnamed, gzipSync(lines(5)));
    const stored = { position: lines(2).length, digest: sha256(lines(2)) };
    for (const path of [wrong, unnamed]) {
      assert.deepEqual((await drainFile(path)).texts, texts);
      const rest = await drainFile(path, stored);
      assert.deepEqual([rest.replaced, rest.texts], [false, texts.slice(2)]);
    }
    // Packed under the same name meanwhile, or unpacked: what it held decides.
    await Deno.writeFile(wrong, gzipSync(lines(7)));
    await Deno.writeTextFile(unnamed, lines(7, 1));
    const packed = await drainFile(wrong, stored);
    assert.deepEqual([packed.replaced, packed.texts.length], [false, 5]);
    const other = await drainFile(unnamed, stored);
    assert.deepEqual([other.replaced, other.texts.length], [true, 7]);
  }));

Deno.test("a gzip that has just begun to grow is broken, not another file's text", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl");
    const packed = gzipSync(lines(3));
    for (const length of [1, 2, 9, packed.length - 1]) {
      await Deno.writeFile(path, packed.subarray(0, length));
      const { error, texts } = await drainFile(path);
      assert.ok(isKind(error, "failed"), String(length));
      assert.ok(texts.every((text) => text.startsWith("{")));
    }
    await Deno.writeFile(path, packed);
    assert.equal((await drainFile(path)).texts.length, 3);
    await Deno.writeFile(path, new Uint8Array());
    const empty = await drainFile(path);
    assert.deepEqual([empty.error, empty.texts], [undefined, []]);
  }));

Deno.test("gzip on stdin is decompressed, however it is cut", async () => {
  const noise = Array.from({ length: 300 }, (_, i) => `{"n":"${sha256(String(i))}"}\n`).join("");
  const packed = concat(gzipSync(noise), gzipSync(lines(3)));
  for (const size of [1, 7, packed.length]) {
    const pieces = Array.from(
      { length: Math.ceil(packed.length / size) },
      (_, i) => packed.slice(i * size, (i + 1) * size),
    );
    const { texts, error } = await drain(stdinSource(ReadableStream.from(pieces)), { rows: 9999 });
    assert.equal(error, undefined);
    assert.equal(texts.map((text) => text + "\n").join(""), noise + lines(3));
  }
});

Deno.test("gzip on stdin that breaks off gives all whole lines before the break, then fails", async () => {
  const noise = Array.from({ length: 3000 }, (_, i) => `{"n":"${sha256(String(i))}"}\n`).join("");
  const packed = gzipSync(noise);
  const damaged = packed.slice();
  damaged[packed.length - 6]! ^= 1;
  const cases: [bytes: Uint8Array, whole: boolean][] = [
    [damaged, true],
    [concat(packed, encoder.encode("garbage")), true],
    [packed.subarray(0, packed.length / 2), false],
    [packed.subarray(0, 1), false],
  ];
  for (const [bytes, whole] of cases) {
    const stream = ReadableStream.from([bytes.subarray(0, 40_000), bytes.subarray(40_000)]);
    const { texts, error } = await drain(stdinSource(stream), { rows: 9999 });
    assert.ok(isKind(error, "failed"));
    assert.match(
      error.message,
      /^Cannot read stdin to its end: its gzip data breaks off after \d+ /,
    );
    const given = texts.map((text) => text + "\n").join("");
    assert.ok(whole ? given === noise : noise.startsWith(given));
  }
});

Deno.test("zeros behind a gzip are padding", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl.gz");
    for (const zeros of [1, 512, 100_000]) {
      await Deno.writeFile(path, concat(gzipSync(lines(5)), new Uint8Array(zeros)));
      const { texts, error } = await drainFile(path);
      assert.equal(error, undefined);
      assert.deepEqual(texts, lines(5).split("\n").slice(0, -1));
    }
  }));

Deno.test("a damaged copy of a file that was read on is an error, not another file", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl.gz");
    const stored = { position: lines(3).length, digest: sha256(lines(3)) };
    await Deno.writeFile(path, gzipSync(lines(5)).subarray(0, 15));
    await assert.rejects(openFileSource(path, stored), (error) => isKind(error, "failed"));
  }));

Deno.test("what can't be read is said in plain words", () =>
  inFolder(async (folder) => {
    await assert.rejects(realPathOf(join(folder, "absent")), {
      message: `Cannot read "${join(folder, "absent")}": there is no such file`,
    });
    await assert.rejects(realPathOf(folder), {
      message: `Cannot read "${folder}": it is a folder`,
    });
    await assert.rejects(realPathOf("/dev/null"), { message: /not a regular file/ });
    await assert.rejects(realPathOf(join(folder, "x".repeat(300))), {
      message: /x": its name is too long for the file system$/,
    });
    await Deno.writeTextFile(join(folder, "a.jsonl"), "");
    await Deno.symlink("a.jsonl", join(folder, "link"));
    const real = await Deno.realPath(join(folder, "a.jsonl"));
    assert.equal(await realPathOf(join(folder, "link")), real);
  }));

Deno.test("checking the stored position stops with the signal's reason", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl");
    await Deno.writeTextFile(path, lines(3));
    const reason = new Error("stop");
    await assert.rejects(
      openFileSource(path, { position: 5, digest: "" }, AbortSignal.abort(reason)),
      reason,
    );
  }));

Deno.test("stdin ends with its last line, which may have no LF", async () => {
  const stream = ReadableStream.from([
    encoder.encode('\ufeff{"n":1}\r\n{"n"'),
    encoder.encode(":2}"),
  ]);
  const { batches, texts } = await drain(stdinSource(stream));
  assert.deepEqual(texts, ['{"n":1}', '{"n":2}']);
  assert.deepEqual(
    batches.map(({ next, digest, unterminated }) => ({ next, digest, unterminated })),
    [{ next: 12, digest: null, unterminated: false }, {
      next: 19,
      digest: null,
      unterminated: true,
    }],
  );
});

Deno.test("what stdin gave before it failed is given out before the error", async () => {
  const stream = ReadableStream.from((async function* () {
    yield await Promise.resolve(encoder.encode("{}\n{"));
    throw new Error("the pipe broke");
  })());
  const { texts, error } = await drain(stdinSource(stream));
  assert.deepEqual(texts, ["{}"]);
  assert.ok(isKind(error, "failed"));
  assert.match(error.message, /stdin to its end: the pipe broke/);
});

Deno.test("what is there is given out after the linger, though no more comes", async () => {
  const timers = mock.timers;
  timers.enable({ apis: ["setTimeout"] });
  try {
    const stdin = trickle();
    const batches = stdinSource(stdin.readable).batches(LIMITS, never);
    const first = batches.next();
    await stdin.write("1\n2\n3");
    await settle();
    timers.tick(LIMITS.linger - 1);
    assert.equal(await isPending(first), true);
    timers.tick(1);
    assert.deepEqual(textsOf((await first).value!), ["1", "2"]);
    const second = batches.next();
    await stdin.write("4\n5\n6\n7\n8\n");
    assert.deepEqual(textsOf((await second).value!), ["34", "5", "6", "7"], "full needs no linger");
    await stdin.close();
    assert.deepEqual(textsOf((await batches.next()).value!), ["8"]);
    assert.equal((await batches.next()).done, true);
  } finally {
    timers.reset();
  }
});

Deno.test("a stop ends a read that waits: the lines before it are given out, stdin is cancelled", async () => {
  const stdin = trickle();
  const stop = new AbortController();
  const batches = stdinSource(stdin.readable).batches(LIMITS, stop.signal);
  const next = batches.next();
  await stdin.write("1\n2");
  await settle();
  stop.abort(new Error("stop"));
  assert.deepEqual(textsOf((await next).value!), ["1"]);
  assert.equal((await batches.next()).done, true);
  assert.equal(await stdin.cancelled, true);
});

Deno.test("a stop between two batches of stdin: what was read is given out, as it comes only once", async () => {
  const stdin = trickle();
  const stop = new AbortController();
  const batches = stdinSource(stdin.readable).batches(LIMITS, stop.signal);
  const first = batches.next();
  await stdin.write("1\n2\n3\n4\n5\n6\n7\n8\n9\n10");
  assert.equal((await first).value?.count, 4);
  stop.abort(new Error("stop"));
  assert.deepEqual(textsOf((await batches.next()).value!), ["5", "6", "7", "8"]);
  assert.deepEqual(textsOf((await batches.next()).value!), ["9"]);
  assert.equal((await batches.next()).done, true);
});

Deno.test("a stop between two batches of a file ends the batches: it can be read again", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.jsonl"), lines(12));
    await using source = await openFileSource(join(folder, "a.jsonl"));
    const stop = new AbortController();
    const batches = source.batches(LIMITS, stop.signal);
    assert.equal((await batches.next()).value?.count, 4);
    stop.abort();
    assert.equal((await batches.next()).done, true);
  }));

Deno.test("a consumer that goes away while stdin is silent ends the read", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const stdin = trickle();
    const batches = stdinSource(stdin.readable).batches(LIMITS, never);
    const first = batches.next();
    await stdin.write("1\n");
    await settle();
    mock.timers.tick(LIMITS.linger);
    assert.equal((await first).value?.count, 1);
    await batches.return();
    assert.equal(await stdin.cancelled, true);
  } finally {
    mock.timers.reset();
  }
});

Deno.test("an open file whose batches nobody asks for is closed", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "a.jsonl.gz"), gzipSync(lines(5)));
    await using source = await openFileSource(join(folder, "a.jsonl.gz"), {
      position: 8,
      digest: sha256(lines(1)),
    });
    assert.equal(source.start, 8);
  }));
