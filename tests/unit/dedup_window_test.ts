import assert from "node:assert/strict";
import fc from "fast-check";
import { DedupWindow, WINDOW_CAPACITY } from "../../lib/events/dedup_window.ts";
import type { Moment } from "../../lib/events/values.ts";

/** The window as one would write it without a thought for memory. */
class PlainWindow {
  readonly versions = new Map<string, { at: number; position: number }>();
  lastForgotten = -1;
  forgotten = 0;

  constructor(readonly capacity: number) {}

  advance(watermark: number) {
    for (const [key, { at }] of this.versions) if (at < watermark) this.versions.delete(key);
  }

  admit(key: string, at: number, position: number): boolean {
    if (this.versions.has(key)) return false;
    if (this.versions.size >= this.capacity) {
      const [first, { position }] = this.versions.entries().next().value!;
      this.versions.delete(first);
      this.lastForgotten = position;
      this.forgotten++;
    }
    this.versions.set(key, { at, position });
    return true;
  }
}

/** Whole microseconds as a moment; times around 4096 s cross the border of the packed parts. */
function moment(micros: number): Moment {
  return { seconds: Math.floor(micros / 1_000_000), micros: micros % 1_000_000 };
}

/** Homes at the end of the index, wherever that is: what collides there goes on at its beginning. */
const INDEX_END = fc.constantFrom(...[11, 23, 37, 54, 56].flatMap((low) => [low, low + 1]));

const step = fc.record({
  /** Few values, so that versions come again and hashes collide in their first half. */
  low: fc.oneof(fc.integer({ min: 0, max: 6 }), INDEX_END),
  high: fc.integer({ min: 0, max: 3 }),
  at: fc.oneof(
    fc.integer({ min: 4095_999_990, max: 4096_000_010 }),
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 300_000_000_000_000, max: 300_000_000_000_010 }),
  ),
  advance: fc.option(fc.integer({ min: 0, max: 4096_000_012 }), { freq: 4 }),
});

Deno.test("DedupWindow admits what a plain map admits, forgets what it forgets", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 300, size: "max" }),
      fc.integer({ min: 1, max: 40 }),
      (steps, capacity) => {
        const window = new DedupWindow(capacity);
        const plain = new PlainWindow(capacity);
        let watermark = 0;
        steps.forEach(({ low, high, at, advance }, position) => {
          if (advance !== null && advance > watermark) {
            watermark = advance;
            window.advance(moment(watermark));
            plain.advance(watermark);
          }
          if (at < watermark) return;
          const expected = plain.admit(`${low} ${high} ${at}`, at, position);
          assert.equal(window.admit(low, high, moment(at), position), expected);
          assert.equal(window.size, plain.versions.size);
          assert.equal(window.forgotten, plain.forgotten);
          assert.equal(window.lastForgotten, plain.lastForgotten);
        });
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("DedupWindow grows, and keeps every version while it does", () => {
  const window = new DedupWindow();
  const count = 30_000;
  for (let i = 0; i < count; i++) {
    assert.equal(window.admit(Math.imul(i, 0x9e3779b1), i, moment(i * 1000), i), true);
  }
  assert.equal(window.size, count);
  for (let i = 0; i < count; i++) {
    assert.equal(window.admit(Math.imul(i, 0x9e3779b1), i, moment(i * 1000), count + i), false);
  }
  window.advance(moment(count * 500));
  assert.equal(window.size, count / 2);
});

Deno.test("DedupWindow remembers positions beyond 32 bits", () => {
  const window = new DedupWindow(1);
  window.admit(1, 1, moment(1), 2 ** 40 + 7);
  window.admit(2, 2, moment(1), 2 ** 40 + 8);
  assert.equal(window.lastForgotten, 2 ** 40 + 7);
});

Deno.test("DedupWindow holds 2,000,000 versions in at most 64 MB, and forgets the first beyond", () => {
  const window = new DedupWindow();
  const admit = (i: number) => window.admit(Math.imul(i, 0x9e3779b1), ~i, moment(i), i);
  for (let i = 0; i < WINDOW_CAPACITY; i++) admit(i);
  assert.ok(DedupWindow.bytesWhenFull <= 64_000_000, `${DedupWindow.bytesWhenFull} bytes`);
  assert.equal(window.size, WINDOW_CAPACITY);
  assert.equal(admit(0), false);
  assert.equal(admit(WINDOW_CAPACITY), true);
  assert.equal(window.size, WINDOW_CAPACITY);
  assert.equal(window.lastForgotten, 0);
  assert.equal(admit(0), true, "what was forgotten is new again");
});

Deno.test("a thousand windows of partitions without traffic take next to nothing", () => {
  const before = Deno.memoryUsage().external;
  const windows = Array.from({ length: 1000 }, () => new DedupWindow());
  const taken = Deno.memoryUsage().external - before;
  assert.ok(taken < 4_000_000, `${taken} bytes`);
  // Used afterwards, so that none of them is let go before.
  assert.equal(windows.reduce((sum, { size }) => sum + size, 0), 0);
});
