/**
 * However a stream is cut into batches, stopped and read on, what is landed is what one
 * uninterrupted run lands.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { engineTests, type TestEngine } from "../support/engine/engines.ts";
import {
  expectedLanding,
  type Landed,
  type Place,
  stream,
  STREAM_CLOCK,
} from "../support/events/landing_model.ts";

const engineTest = engineTests();
const now = STREAM_CLOCK;

/** One call of `stream` of a file that has grown since, with a stop somewhere. */
const leg = fc.record({
  /** Part of the file that is there, but for its last line. */
  part: fc.double({ min: 0, max: 1, noNaN: true }),
  rows: fc.integer({ min: 1, max: 12 }),
  /** Batches after which it is asked to stop. */
  stopAfter: fc.option(fc.integer({ min: 1, max: 3 })),
});

async function landLeg(
  engine: TestEngine,
  path: string,
  { rows, stopAfter }: { rows: number; stopAfter: number | null },
): Promise<void> {
  const stop = new AbortController();
  let batches = 0;
  const onProgress = () => {
    if (++batches === stopAfter) stop.abort(new Error("stop"));
  };
  await engine.land(path, { rows, now, signal: stop.signal, onProgress });
}

/** What stands in staging of a source; the messages that are nowhere were dropped as duplicates. */
async function landedOf(engine: TestEngine, source: string, positions: readonly number[]) {
  const [partition, ...others] = await engine.query(
    `SELECT id, next_position, watermark, digest, messages_read, transactions, currencies, rejected,
            duplicates
     FROM finpipe.source_partitions WHERE source = $1`,
    [source],
  );
  assert.equal(others.length, 0);
  const { id, watermark, ...counters } = partition!;
  const rows = await engine.query(
    `SELECT 'transactions' AS place, position FROM stg.transactions WHERE source_id = $1
     UNION ALL SELECT 'currencies', position FROM stg.currencies WHERE source_id = $1
     UNION ALL SELECT 'rejected', position FROM stg.rejected WHERE source = $2`,
    [Number(id), source],
  );
  const places = new Map(rows.map(({ place, position }) => [Number(position), place as Place]));
  assert.equal(places.size, rows.length, "a message was landed twice");
  const landed: Landed = {
    places: positions.map((position) => [position, places.get(position) ?? "duplicate"]),
    watermark: watermark!,
  };
  return { landed, counters };
}

engineTest("stops and restarts change nothing in what is landed", async (engine) => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      stream,
      fc.array(leg, { minLength: 1, maxLength: 6, size: "max" }),
      async (lines, legs) => {
        const bytes = new TextEncoder().encode(lines.map(({ text }) => text).join(""));
        const expected = expectedLanding(lines);
        const lastLine = bytes.length - lines.at(-1)!.text.length;
        const positions = expected.places.map(([position]) => position);

        const whole = await engine.write(`whole-${++runs}.jsonl`, bytes);
        await engine.land(whole, { rows: 1000, now });
        const uninterrupted = await landedOf(engine, whole, positions);
        assert.deepEqual(uninterrupted.landed, expected);

        const grown = legs.toSorted((one, other) => one.part - other.part);
        for (const leg of grown) {
          // Cut anywhere: a line that is not whole is left for when the file has grown.
          const part = bytes.subarray(0, Math.ceil(lastLine * leg.part));
          await landLeg(engine, await engine.write(`cut-${runs}.jsonl`, part), leg);
        }
        const path = await engine.write(`cut-${runs}.jsonl`, bytes);
        await engine.land(path, { rows: 5, now });
        assert.deepEqual(await landedOf(engine, path, positions), uninterrupted);
      },
    ),
    // A failure is made small no longer than this.
    { numRuns: 30, interruptAfterTimeLimit: 30_000 },
  );
});
