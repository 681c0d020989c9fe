/** What Kafka is told of what was committed, and when once more. */
import assert from "node:assert/strict";
import type { TopicPartitionOffsetAndMetadata } from "kafkajs";
import { OffsetReports } from "../../lib/sources/kafka/offset_reports.ts";
import { SILENT } from "../support/logs.ts";
import { settle } from "../support/turns.ts";

/** A consumer that takes offsets when we say so, and what it was told. */
function setup() {
  const told: string[] = [];
  const pending: PromiseWithResolvers<void>[] = [];
  const reports = new OffsetReports(
    {
      commitOffsets(offsets: TopicPartitionOffsetAndMetadata[]) {
        told.push(offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(" "));
        const request = Promise.withResolvers<void>();
        pending.push(request);
        return request.promise;
      },
    },
    "topic",
    SILENT,
  );
  return {
    reports,
    told,
    /** Kafka answers the oldest request. */
    async answer(error?: Error): Promise<void> {
      const { resolve, reject } = pending.shift()!;
      if (error === undefined) resolve();
      else reject(error);
      await settle();
    },
  };
}

Deno.test("one request at a time, each with the newest of all", async () => {
  const { reports, told, answer } = setup();
  reports.add(0, 10);
  reports.add(0, 20);
  reports.add(1, 5);
  reports.add(0, 30);
  assert.deepEqual(told, ["0:10"]);
  await answer();
  assert.deepEqual(told, ["0:10", "0:30 1:5"]);
  await answer();
  await reports.settled();
  reports.add(1, 6);
  assert.deepEqual(told, ["0:10", "0:30 1:5", "1:6"]);
});

Deno.test("after a join it is told once more, at the first fetch, of what is still ours", async () => {
  const { reports, told, answer } = setup();
  reports.assigned([0, 1, 2]);
  reports.fetching();
  assert.deepEqual(told, [], "nothing was committed yet");
  reports.add(0, 10);
  await answer(new Error("The group is rebalancing"));
  reports.add(1, 20);
  await answer();
  reports.fetching();
  assert.deepEqual(told.splice(0), ["0:10", "1:20"]);
  reports.assigned([0, 2]);
  assert.deepEqual(told, [], "kafkajs takes none yet");
  reports.fetching();
  reports.fetching();
  await answer();
  reports.fetching();
  assert.deepEqual(told, ["0:10"]);
});

Deno.test("what waits to be told of a partition that went to another is not told", async () => {
  const { reports, told, answer } = setup();
  reports.add(0, 10);
  reports.add(1, 20);
  reports.assigned([0]);
  await answer();
  reports.fetching();
  assert.deepEqual(told, ["0:10", "0:10"]);
});
