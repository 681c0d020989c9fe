/** When a day is complete, by what staging knows of the partitions of topics. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { completenessOf, requireComplete } from "../../lib/steps/completeness.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import type { KafkaProgress } from "../../lib/staging/days.ts";
import { SILENT } from "../support/logs.ts";

const DAY = Temporal.PlainDate.from("2022-10-01");
const NOW = Temporal.Instant.from("2022-10-06T09:00:00Z");
const MINUTES = 60_000;

function partition(
  watermark: string | null,
  endSeenAt: string | null = null,
  delay = 5 * MINUTES,
): KafkaProgress {
  const timeOf = (text: string | null) => text === null ? null : Temporal.PlainDateTime.from(text);
  const times = { watermark: timeOf(watermark), endSeenAt: timeOf(endSeenAt) };
  const readAt = Temporal.PlainDateTime.from("2022-10-05 08:59:59");
  return { source: "events", partition: 0, ...times, delay, readAt };
}

function isComplete(partitions: KafkaProgress[], now = NOW): boolean | null {
  return completenessOf(DAY, partitions, now).complete;
}

Deno.test("nothing is known of a day where no partition of a topic is", () => {
  assert.deepEqual(completenessOf(DAY, [], NOW), { complete: null, behind: [], idle: [] });
});

Deno.test("a watermark at the day's end has passed it", () => {
  assert.equal(isComplete([partition("2022-10-02 00:00:00")]), true);
  assert.equal(isComplete([partition("2022-10-01 23:59:59.999999")]), false);
  assert.equal(isComplete([partition(null)]), false);
});

Deno.test("every partition has to pass; those that did not are named", () => {
  const passed = partition("2022-10-02 00:00:00");
  const behind = { ...partition("2022-10-01 12:00:00"), partition: 1 };
  assert.deepEqual(completenessOf(DAY, [passed, behind], NOW), {
    complete: false,
    behind: [behind],
    idle: [behind],
  });
});

Deno.test("a partition read to its end passes by the clock, the watermark's delay later", () => {
  assert.equal(isComplete([partition("2022-10-01 12:00:00", "2022-10-02 00:05:00")]), true);
  assert.equal(isComplete([partition(null, "2022-10-02 00:05:00")]), true);
  assert.equal(isComplete([partition(null, "2022-10-02 00:04:59.999")]), false);
  assert.equal(isComplete([partition(null, "2022-10-02 00:59:59", 60 * MINUTES)]), false);
  assert.equal(isComplete([partition(null, "2022-10-02 01:00:00", 60 * MINUTES)]), true);
});

Deno.test("an end that was seen by a clock ahead of ours does not end the day early", () => {
  const ahead = [partition(null, "2022-10-02 00:10:00")];
  assert.equal(isComplete(ahead, Temporal.Instant.from("2022-10-02T00:04:59Z")), false);
  assert.equal(isComplete(ahead, Temporal.Instant.from("2022-10-02T00:05:00Z")), true);
});

Deno.test("the first and the last day that there are can be judged", () => {
  const first = Temporal.PlainDate.from("0001-01-01");
  const last = Temporal.PlainDate.from("9999-12-31");
  const partitions = [partition("2022-10-02 00:00:00")];
  assert.equal(completenessOf(first, partitions, NOW).complete, true);
  assert.equal(completenessOf(last, partitions, NOW).complete, false);
});

Deno.test("a day before a complete one is complete, and progress leaves it so", () => {
  const epoch = Temporal.PlainDateTime.from("2022-10-01 00:00:00");
  const time = fc.integer({ min: 0, max: 5 * 24 * 60 }).map((minutes) => epoch.add({ minutes }));
  const progress = fc.record({
    source: fc.constant("events"),
    partition: fc.nat(),
    watermark: fc.option(time),
    endSeenAt: fc.option(time),
    delay: fc.constantFrom(0, 5 * MINUTES, 600 * MINUTES),
    readAt: fc.constant(epoch),
  });
  fc.assert(fc.property(
    fc.array(progress, { minLength: 1, maxLength: 4 }),
    fc.nat(5),
    fc.nat(3 * 24 * 60),
    (partitions, days, minutes) => {
      const day = DAY.add({ days });
      if (completenessOf(day, partitions, NOW).complete !== true) return;
      assert.equal(completenessOf(day.subtract({ days: 1 }), partitions, NOW).complete, true);
      const later = partitions.map((one) => ({
        ...one,
        watermark: one.watermark?.add({ minutes }) ?? null,
        endSeenAt: one.endSeenAt?.add({ minutes }) ?? null,
      }));
      assert.equal(completenessOf(day, later, NOW.add({ hours: 1 })).complete, true);
    },
  ));
});

Deno.test("what has to be complete fails where it is not, and names the partitions", () => {
  const behind = Array.from({ length: 7 }, (_, i) => ({ ...partition(null), partition: i }));
  requireComplete(DAY, { complete: true, behind: [], idle: [] }, SILENT);
  assert.throws(
    () => requireComplete(DAY, { complete: false, behind, idle: behind }, SILENT),
    (error) => {
      assert.ok(isKind(error, "prerequisite"));
      assert.match(error.message, /^2022-10-01 .*events\/0, .*events\/4 and 2 more have not/);
      assert.match(error.hint!, /^Let 'finpipe stream --topic events' read past the day's end/);
      // All of them, as they are typed.
      const names = behind.map(({ partition }) => `events:${partition}`).join(" ");
      assert.ok(error.hint!.endsWith(` retire it: 'finpipe source retire ${names}'`));
      return true;
    },
  );
  const many = Array.from({ length: 21 }, () => partition(null));
  assert.throws(
    () => requireComplete(DAY, { complete: false, behind: many, idle: many }, SILENT),
    (error) => isKind(error, "prerequisite") && /'finpipe source list' shows/.test(error.hint!),
  );
});

Deno.test("the command that retires names only what was not read for a day", () => {
  const readAt = Temporal.PlainDateTime.from("2022-10-06 08:00:00");
  const read = { ...partition(null), partition: 1, readAt };
  const hintOf = (partitions: KafkaProgress[]) => {
    try {
      requireComplete(DAY, completenessOf(DAY, partitions, NOW), SILENT);
    } catch (error) {
      return (error as { hint: string }).hint;
    }
    assert.fail("it was not refused");
  };
  assert.match(hintOf([partition(null), read]), /'finpipe source retire events:0'$/);
  assert.doesNotMatch(hintOf([read]), /events:/);
});
