import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DEFAULT_WATERMARK,
  horizonOf,
  type JudgedVersion,
  PartitionWindow,
} from "../../lib/events/partition_window.ts";
import { formatMoment, type Moment, readTimestamp } from "../../lib/events/values.ts";

const encoder = new TextEncoder();
const HORIZON: Moment = { seconds: 1000, micros: 0 };

/** Half seconds since some moment, as everything here counts. */
type HalfSeconds = number;

function momentOf(time: HalfSeconds): Moment {
  return { seconds: Math.floor(time / 2), micros: (time % 2) * 500_000 };
}

/** A version by its payload and sent time. */
function version(payload: number, time: HalfSeconds): JudgedVersion {
  const bytes = encoder.encode(`{${payload}}`);
  return {
    type: 0,
    id: encoder.encode("00000000-0000-0000-0000-000000000000"),
    idFrom: 0,
    sent: momentOf(time),
    payload: bytes,
    payloadFrom: 0,
    payloadTo: bytes.length,
  };
}

/** A landed row. */
interface Row {
  payload: number;
  time: HalfSeconds;
  position: number;
}

/** The window of the contract's section 2, word for word, over all rows that were landed. */
class Reference {
  watermark: HalfSeconds | null = null;
  remembered: Row[] = [];
  forgottenPosition = -1;

  constructor(readonly delay: HalfSeconds, readonly capacity: number) {}

  admit(row: Row): boolean {
    const { payload, time } = row;
    if (this.watermark !== null && time < this.watermark) return true;
    if (this.remembered.some((seen) => seen.payload === payload && seen.time === time)) {
      return false;
    }
    if (this.remembered.length === this.capacity) {
      this.forgottenPosition = this.remembered.shift()!.position;
    }
    this.remembered.push(row);
    if (time <= HORIZON.seconds * 2) {
      this.watermark = Math.max(this.watermark ?? 0, time - this.delay, 0);
    }
    const { watermark } = this;
    if (watermark !== null) {
      this.remembered = this.remembered.filter(({ time }) => time >= watermark);
    }
    return true;
  }
}

const message = fc.record({
  payload: fc.integer({ min: 0, max: 2 }),
  time: fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 30 }), weight: 8 },
    { arbitrary: fc.integer({ min: 1990, max: 2003 }), weight: 1 },
    { arbitrary: fc.constant(5000), weight: 1 },
  ),
  restart: fc.boolean(),
});

Deno.test("PartitionWindow judges as the contract says, also over restarts and when it is full", () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 80, size: "max" }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 1, max: 8 }),
      (messages, delay, capacity) => {
        const reference = new Reference(delay, capacity);
        const fresh = { watermark: null, forgottenPosition: -1 };
        let window = new PartitionWindow(delay * 500, fresh, capacity);
        const landed: Row[] = [];
        let forgotten = 0;
        for (const [position, { payload, time, restart }] of messages.entries()) {
          if (restart) {
            const { watermark, forgottenPosition } = window;
            forgotten += window.forgotten;
            window = new PartitionWindow(delay * 500, { watermark, forgottenPosition }, capacity);
            for (const row of landed) {
              if (row.position <= forgottenPosition) continue;
              if (reference.watermark !== null && row.time < reference.watermark) continue;
              window.restore(version(row.payload, row.time), row.position);
            }
            assert.equal(window.forgotten, 0);
          }
          const row = { payload, time, position };
          const admitted = window.admit(version(payload, time), position, HORIZON);
          assert.equal(admitted, reference.admit(row), `message ${position}`);
          if (admitted) landed.push(row);
          assert.equal(window.size, reference.remembered.length);
          assert.equal(window.forgottenPosition, reference.forgottenPosition);
          assert.deepEqual(
            window.watermark,
            reference.watermark === null ? null : momentOf(reference.watermark),
          );
        }
        assert.equal(forgotten + window.forgotten > 0, reference.forgottenPosition >= 0);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("PartitionWindow's watermark lies below the greatest sent time, never before year 1", () => {
  const window = new PartitionWindow(DEFAULT_WATERMARK, { watermark: null, forgottenPosition: -1 });
  const horizon = momentOf(2e12);
  const at = (text: string) => {
    const sent = { seconds: 0, micros: 0 };
    assert.ok(readTimestamp(encoder.encode(text), 0, text.length, sent));
    window.admit({ ...version(1, 0), sent }, 0, horizon);
    return formatMoment(window.watermark!);
  };
  assert.equal(at("0001-01-01 00:04:59"), "0001-01-01 00:00:00");
  assert.equal(at("2022-10-01 00:00:00.25"), "2022-09-30 23:55:00.250000");
  assert.equal(at("2021-10-01 00:00:00"), "2022-09-30 23:55:00.250000");
  assert.equal(at("9999-12-31 23:59:59.999999"), "9999-12-31 23:54:59.999999");
});

Deno.test("PartitionWindow takes a delay of milliseconds", () => {
  const window = new PartitionWindow(1750, { watermark: null, forgottenPosition: -1 });
  window.admit(version(1, 10), 0, HORIZON);
  assert.deepEqual(window.watermark, { seconds: 3, micros: 250_000 });
});

Deno.test("horizonOf is the clock's time plus the delay, to the microsecond", () => {
  const horizon = horizonOf(Temporal.Instant.from("2022-10-01T00:00:00.123456789Z"), 300_000);
  assert.equal(formatMoment(horizon), "2022-10-01 00:05:00.123456");
});
