/** What `--from` says, and what of a log is lost. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseFrom } from "../../lib/sources/topic/from.ts";
import { type LostRange, lostRangeError, lostRangeOf } from "../../lib/sources/topic/log_range.ts";

const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;

Deno.test("--from is a word, a timestamp in UTC or with its zone, or offsets", () => {
  assert.deepEqual(parseFrom("earliest"), { kind: "earliest" });
  assert.deepEqual(parseFrom("latest"), { kind: "latest" });
  for (
    const [text, instant] of [
      ["2022-10-01", "2022-10-01T00:00:00Z"],
      ["2022-10-01T12:30:00", "2022-10-01T12:30:00Z"],
      ["2022-10-01 12:30:00.5", "2022-10-01T12:30:00.5Z"],
      ["2022-10-01T12:30:00Z", "2022-10-01T12:30:00Z"],
      ["2022-10-01T12:30:00+03:00", "2022-10-01T09:30:00Z"],
    ] as const
  ) {
    assert.deepEqual(parseFrom(text), { kind: "timestamp", epochMilliseconds: at(instant) }, text);
  }
});

Deno.test("any offsets of partitions are read as they are written", () => {
  const offsets = fc.uniqueArray(fc.tuple(fc.nat(), fc.maxSafeNat()), {
    minLength: 1,
    selector: ([partition]) => partition,
  });
  fc.assert(fc.property(offsets, (pairs) => {
    const text = pairs.map(([partition, offset]) => `${partition}:${offset}`).join(",");
    assert.deepEqual(parseFrom(text), { kind: "offsets", offsets: new Map(pairs) });
  }));
});

Deno.test("--from that says nothing clear is a usage error", () => {
  const wrong = [
    "",
    "now",
    "EARLIEST",
    "2022-13-01",
    "2022-02-30",
    "2022-10-01T00:00:00[Europe/Berlin]",
    "0",
    "0:",
    ":5",
    "0:1,",
    "0:-1",
    "0:1.5",
    "0:1 ,1:1",
    "0:1,0:2",
    "0:9007199254740993",
  ];
  for (const text of wrong) assert.throws(() => parseFrom(text), { kind: "usage" }, text);
});

Deno.test("a position is lost below the log's start and beyond its end, and nowhere else", () => {
  const log = { partition: 3, low: 10, high: 20, end: 25, topicId: "new" };
  for (const position of [10, 15, 20]) assert.equal(lostRangeOf(position, log), undefined);
  const deleted: LostRange = { partition: 3, cause: "deleted", from: 4, to: 10, goOnFrom: 10 };
  const recreated: LostRange = { partition: 3, cause: "recreated", from: 20, to: 21, goOnFrom: 10 };
  assert.deepEqual(lostRangeOf(4, log), deleted);
  assert.deepEqual(lostRangeOf(21, log), recreated);
  // Of the same topic the end is gone, of another one all.
  const truncated: LostRange = { ...recreated, cause: "truncated", goOnFrom: 20 };
  assert.deepEqual(lostRangeOf(21, log, "new"), truncated);
  assert.equal(lostRangeOf(15, log, "new"), undefined);
  assert.deepEqual(lostRangeOf(21, log, "old"), recreated);
  for (const position of [4, 10, 15, 20]) {
    const lost: LostRange = { ...recreated, from: position, to: position };
    assert.deepEqual(lostRangeOf(position, log, "old"), lost);
    // A broker that has no ids.
    const old = lostRangeOf(position, { ...log, topicId: undefined }, "old");
    assert.deepEqual(old, position < 10 ? deleted : undefined);
  }

  const { kind, message, hint } = lostRangeError("events", [
    deleted,
    { ...recreated, partition: 4 },
    { ...truncated, partition: 5 },
    { ...recreated, partition: 6, from: 15, to: 15 },
  ]);
  assert.equal(kind, "data");
  assert.equal(
    message,
    "Cannot continue reading topic events: partition 3: offsets 4 to 9 were deleted before they were " +
      "read; partition 4 ends at 20, before the stored position 21: the topic was " +
      "recreated; partition 5 ends at 20, before the stored position 21: its end was cut " +
      "off; partition 6: the topic was recreated: the stored position 15 belongs to the old topic, " +
      "which can no longer be read",
  );
  assert.match(hint!, /--from 3:10,4:10,5:20,6:10:/);
});
