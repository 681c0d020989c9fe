/** Where a topic is begun, and what happens where what comes next is not there any more. */
import assert from "node:assert/strict";
import { withAdmin } from "../support/kafka/topics.ts";
import { produce } from "../support/kafka/messages.ts";
import { rateMessage } from "../support/events/messages.ts";
import { type CliResult, runCli } from "../support/cli/run_cli.ts";
import {
  type LandingPlace,
  landingPlace,
  type PlaceOptions,
  topicTest,
  untilRead,
} from "../support/topic/landing.ts";
import { SOMEBODY_WAITS, until, untilRow } from "../support/until.ts";

/** Gives a row when a session waits for the row of a position, which a transaction is moving. */
const POSITION_IS_WAITED_FOR = `
  SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event = 'transactionid' AND query LIKE '%FOR UPDATE%'`;

async function send({ topic }: LandingPlace, count: number, partition = 0): Promise<void> {
  const values = Array.from({ length: count }, () => new TextEncoder().encode(rateMessage()));
  await produce(topic, values, { partition });
}

/** Deletes the messages of a partition before an offset, as retention does. */
async function deleteBefore({ topic }: LandingPlace, offset: number, partition = 0): Promise<void> {
  await withAdmin(topic.brokers, async (admin) => {
    // kafkajs looks for the leader in what it asked for before.
    await admin.fetchTopicOffsets(topic.topic);
    await admin.deleteTopicRecords({
      topic: topic.topic,
      partitions: [{ partition, offset: String(offset) }],
    });
  });
}

/** Deletes the topic and makes it anew. */
async function recreate({ topic: { brokers, topic } }: LandingPlace): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    await until(async () => {
      try {
        // Waiting for leaders may fail when it is made already, and then it never is.
        const topics = [{ topic, numPartitions: 1 }];
        return await admin.createTopics({ topics, waitForLeaders: false });
      } catch {
        // Its deletion is still under way.
        return false;
      }
    });
  });
}

/** The position of each partition, and how many messages of it were read. */
async function positions(place: LandingPlace): Promise<[position: number, read: number][]> {
  const rows = await place.query(
    "SELECT next_position, messages_read FROM finpipe.source_partitions ORDER BY partition",
  );
  return rows.map((row) => [Number(row.next_position), Number(row.messages_read)]);
}

function assertDone({ code, stderr }: CliResult): void {
  assert.equal(code, 0, stderr);
}

const FROMS: [from: string, read: number[]][] = [
  ["earliest", [5, 4]],
  ["latest", [0, 0]],
  ["0:2", [3, 4]],
  ["0:5,1:1", [0, 3]],
];

await topicTest(
  "--from says where a topic begins that was never read, and only then",
  async (t) => {
    for (const [from, read] of FROMS) {
      await using place = await landingPlace(t, { partitions: 2 });
      await send(place, 5);
      await send(place, 4, 1);
      const first = await place.stream("--from", from);
      assertDone(first);
      assert.match(
        first.stderr,
        /was never read before: beginning at the offsets that --from names/,
      );
      assert.deepEqual(await positions(place), [[5, read[0]], [4, read[1]]], from);
      // A position is the topic's, whatever the group.
      const second = await place.stream("--from", from, "--group", `${place.topic.group}-other`);
      assertDone(second);
      assert.match(second.stderr, /Ignored --from: topic \S+ already has positions/);
      assert.equal(JSON.parse(second.stdout).messages_read, 0);
    }
  },
);

await topicTest("--from a timestamp begins at the first message of that time", async (t) => {
  await using place = await landingPlace(t, { partitions: 2 });
  await send(place, 3);
  const { timestamp } = await nextMillisecond();
  await send(place, 2);
  await send(place, 1, 1);
  assertDone(await place.stream("--from", timestamp));
  assert.deepEqual(await positions(place), [[5, 2], [1, 1]]);
});

/** A time after all that was sent so far, and not after what is sent next. */
async function nextMillisecond(): Promise<{ timestamp: string }> {
  const before = Temporal.Now.instant().epochMilliseconds;
  await until(() => Temporal.Now.instant().epochMilliseconds > before + 1);
  const timestamp = Temporal.Now.instant().toString({ smallestUnit: "millisecond" });
  return { timestamp };
}

await topicTest(
  "--from what the topic has not is a usage error that leaves no position",
  async (t) => {
    await using place = await landingPlace(t);
    await send(place, 3);
    for (
      const [from, message] of [
        ["7:0", /has no partition 7\n {2}Its partitions are 0 to 0/],
        ["0:4", /has the offsets 0 to 3 there\n {2}Name one of them, as in --from 0:0/],
      ] as const
    ) {
      const { code, stderr } = await place.stream("--from", from);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.deepEqual(await positions(place), []);
    }
  },
);

/** A topic of 10 messages a partition, of which 4 were landed. */
async function landedPart(t: Deno.TestContext, options: PlaceOptions = {}): Promise<LandingPlace> {
  const place = await landingPlace(t, options);
  const partitions = Array.from({ length: options.partitions ?? 1 }, (_, id) => id);
  for (const partition of partitions) await send(place, 4, partition);
  assertDone(await place.stream());
  for (const partition of partitions) await send(place, 6, partition);
  return place;
}

await topicTest(
  "a lost range is exit 4 that names all of it; --from p:o goes on, and it is recorded",
  async (t) => {
    await using place = await landedPart(t, { partitions: 3 });
    await deleteBefore(place, 7);
    await deleteBefore(place, 8, 2);
    const lost =
      /partition 0: offsets 4 to 6 were deleted before they were read; partition 2: offsets 4 to 7 were/;
    for (const args of [[], ["--from", "earliest"], ["--from", "1:5"]]) {
      const { code, stderr } = await place.stream(...args);
      assert.equal(code, 4, stderr);
      assert.match(stderr, lost);
      assert.match(stderr, /continue with --from 0:7,2:8: the lost range is recorded/);
    }
    assert.deepEqual(await positions(place), [[4, 4], [4, 4], [4, 4]]);
    const beyond = await place.stream("--from", "0:6,2:8");
    assert.equal(beyond.code, 2, beyond.stderr);
    assert.match(beyond.stderr, /Cannot use --from 0:6: topic \S+ has the offsets 7 to 10 there/);

    const { code, stderr } = await place.stream("--from", "0:7,2:9");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Continuing after a lost range/);
    assert.deepEqual(await positions(place), [[10, 7], [10, 10], [10, 5]]);
    const recorded = await place.query(
      `SELECT topic, partition, cause, from_offset, to_offset, went_on_at
     FROM finpipe.lost_ranges ORDER BY partition`,
    );
    const { topic } = place.topic;
    assert.deepEqual(recorded.map((row) => Object.values(row)), [
      [topic, "0", "deleted", "4", "7", "7"],
      [topic, "2", "deleted", "4", "8", "9"],
    ]);
    // The same call again, as a container is started again: nothing is lost any more.
    const again = await place.stream("--from", "0:7,2:9");
    assertDone(again);
    assert.match(again.stderr, /Ignored --from/);
  },
);

await topicTest(
  "a topic that was recreated is exit 4; --from goes on in the new one",
  async (t) => {
    await using place = await landedPart(t, { partitions: 3 });
    assertDone(await place.stream());
    // With one partition of its three.
    await recreate(place);
    await send(place, 3);
    const { code, stderr } = await place.stream();
    assert.equal(code, 4, stderr);
    assert.match(
      stderr,
      /partition 0 ends at 3, before the stored position 10: the topic was recreated/,
    );
    assert.match(stderr, /continue with --from 0:0/);
    assertDone(await place.stream("--from", "0:0"));
    assert.deepEqual(await positions(place), [[3, 13], [10, 10], [10, 10]]);
    const [row] = await place.query(
      "SELECT cause, from_offset, to_offset FROM finpipe.lost_ranges",
    );
    assert.deepEqual(Object.values(row!), ["recreated", "3", "10"]);

    // The two that are gone are seen, and the command that is named takes them out.
    const { topic } = place.topic;
    const cli = (...args: string[]) => runCli(args, { env: place.env });
    const names = `${topic}:1 ${topic}:2`;
    const doctor = () => cli("doctor", "--retry-for", "0s");
    assert.match((await doctor()).stdout, new RegExp(`'finpipe source retire ${names}'`));
    assertDone(await cli("source", "retire", ...names.split(" ")));
    assert.match(
      (await doctor()).stdout,
      /^ok +staging: sources: every partition is read, or retired/m,
    );
  },
);

/** Lands 8 messages, the first of which waits until the lock is released: no more is fetched. */
async function stalledLanding(place: LandingPlace) {
  await send(place, 8);
  await place.query("SELECT pg_advisory_lock(1)");
  await place.session.execute(`
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
    CREATE TRIGGER hold AFTER UPDATE ON finpipe.source_partitions
      FOR EACH ROW EXECUTE FUNCTION hold()`);
  const landing = place.land({ untilEnd: false, rows: 1 });
  await untilRow(place.session, SOMEBODY_WAITS);
  return { landing, release: () => place.query("SELECT pg_advisory_unlock(1)") };
}

await topicTest("a range that is lost during a run is exit 4, and never jumped over", async (t) => {
  await using place = await landingPlace(t);
  const { landing, release } = await stalledLanding(place);
  await send(place, 100);
  await deleteBefore(place, 60);
  // What was fetched is landed first, whoever looks meanwhile.
  await (await landing.state).landers.askEnds();
  await release();
  await assert.rejects(landing.totals, {
    kind: "data",
    message: /partition 0: offsets 8 to 59 were deleted before they were read/,
    hint: /continue with --from 0:60/,
  });
  assert.deepEqual(await positions(place), [[8, 8]]);
});

await topicTest("what another process has in flight is not lost", async (t) => {
  await using place = await landingPlace(t);
  const { landing, release } = await stalledLanding(place);
  await send(place, 100);
  await deleteBefore(place, 60);
  const other = place.stream("--group", `${place.topic.group}-other`);
  await untilRow(place.session, POSITION_IS_WAITED_FOR);
  await release();
  const lost = /partition 0: offsets 8 to 59 were deleted before they were read/;
  await assert.rejects(landing.totals, { kind: "data", message: lost });
  const { code, stderr } = await other;
  assert.equal(code, 4, stderr);
  assert.match(stderr, lost);
  assert.deepEqual(await positions(place), [[8, 8]]);
});

await topicTest("a position that goes back is told as that, and read on from", async (t) => {
  await using place = await landedPart(t);
  const landing = place.land({ untilEnd: false, linger: "20ms" });
  await untilRead(place);
  // As a database that was restored from a copy of the time before the last six messages.
  await place.session.execute(`
    BEGIN;
    DELETE FROM stg.currencies WHERE position >= 4;
    UPDATE finpipe.source_partitions SET next_position = 4, messages_read = 4, currencies = 4;
    COMMIT`);
  await send(place, 1);
  await untilRead(place);
  await landing.stop();
  assert.deepEqual(await positions(place), [[11, 11]]);
  assert.match(
    landing.log(),
    /warn: The position of partition 0 went back from 10 to 4, as after a restore/,
  );
  assert.doesNotMatch(landing.log(), /another member has it now/);
});

await topicTest(
  "a topic that is emptied during a run is noticed without another message",
  async (t) => {
    await using place = await landingPlace(t);
    const { landing, release } = await stalledLanding(place);
    const { landers } = await landing.state;
    await send(place, 5);
    await deleteBefore(place, 13);
    await release();
    await untilRow(place.session, "SELECT FROM stg.currencies HAVING count(*) = 8");
    await landers.askEnds();
    await assert.rejects(landing.totals, {
      kind: "data",
      message: /offsets 8 to 12 were deleted before they were read/,
    });
  },
);

await topicTest("a topic that is recreated during a run is exit 4", async (t) => {
  await using place = await landedPart(t);
  assertDone(await place.stream());
  const landing = place.land({ untilEnd: false });
  const { landers, consumer } = await landing.state;
  await until(() => consumer.isReady);
  const [clock] = await place.query("SELECT now() AT TIME ZONE 'UTC' AS now");
  await recreate(place);
  await landers.askEnds();
  await assert.rejects(landing.totals, {
    kind: "data",
    message: /partition 0 ends at 0, before the stored position 10: the topic was recreated/,
  });
  assert.deepEqual(await positions(place), [[10, 10]]);
  // All of the new topic is unread.
  const [row] = await place.query("SELECT end_seen_at FROM finpipe.source_partitions");
  assert.ok(row!.end_seen_at! < clock!.now!, `${row!.end_seen_at} is after ${clock!.now}`);
});

/** The topic's id as it stands beside the positions. */
async function storedId(place: LandingPlace): Promise<string | null> {
  const [row] = await place.query("SELECT topic_id FROM finpipe.source_partitions");
  return row!.topic_id!;
}

await topicTest(
  "a topic that is recreated longer, within a moment, is exit 4, resident and at a start",
  async (t) => {
    await using place = await landedPart(t);
    assertDone(await place.stream());
    const id = await storedId(place);
    assert.match(id ?? "none", /^[\w-]{22}$/);
    const landing = place.land({ untilEnd: false, linger: "20ms" });
    const { consumer } = await landing.state;
    await until(() => consumer.isReady);
    await recreate(place);
    await send(place, 30);
    const lost = /partition 0: the topic was recreated: the stored position 10 belongs to the old/;
    await assert.rejects(landing.totals, { kind: "data", message: lost });
    const { code, stderr } = await place.stream();
    assert.equal(code, 4, stderr);
    assert.match(stderr, lost);
    assert.deepEqual(await positions(place), [[10, 10]]);

    assertDone(await place.stream("--from", "0:0"));
    assert.deepEqual(await positions(place), [[30, 40]]);
    assert.notEqual(await storedId(place), id);
    const [row] = await place.query(
      `SELECT cause, from_offset, to_offset, went_on_at, lost_ranges.topic_id = source_partitions.topic_id
       FROM finpipe.lost_ranges, finpipe.source_partitions`,
    );
    assert.deepEqual(Object.values(row!), ["recreated", "10", "10", "0", "t"]);
    assertDone(await place.stream());
  },
);

await topicTest(
  "all that was fetched before a topic was recreated is landed, and nothing after",
  async (t) => {
    await using place = await landingPlace(t);
    const { landing, release } = await stalledLanding(place);
    const { landers } = await landing.state;
    // What is fetched at the same offset of the new topic has to be noticed as it comes.
    landers.askEnds = () => Promise.resolve();
    await recreate(place);
    await send(place, 30);
    await release();
    await assert.rejects(landing.totals, {
      kind: "data",
      message: /partition 0: the topic was recreated: the stored position 8 belongs to the old/,
    });
    assert.deepEqual(await positions(place), [[8, 8]]);
  },
);

await topicTest("a position from before ids takes the one that it sees first", async (t) => {
  await using place = await landedPart(t);
  await place.query("UPDATE finpipe.source_partitions SET topic_id = NULL");
  assertDone(await place.stream());
  assert.deepEqual(await positions(place), [[10, 10]]);
  assert.match(await storedId(place) ?? "none", /^[\w-]{22}$/);
});

await topicTest(
  "the window stays across a lost range, and across a topic that was recreated",
  async (t) => {
    await using place = await landingPlace(t);
    const texts = Array.from({ length: 20 }, () => new TextEncoder().encode(rateMessage()));
    await produce(place.topic, texts);
    assertDone(await place.stream());
    await send(place, 30);
    await deleteBefore(place, 40);
    assertDone(await place.stream("--from", "0:40"));
    await produce(place.topic, texts);
    const again = await place.stream();
    assertDone(again);
    assert.equal(JSON.parse(again.stdout).duplicates, 20);

    await recreate(place);
    await produce(place.topic, texts.slice(0, 10));
    await send(place, 2);
    const recreated = await place.stream("--from", "0:0");
    assertDone(recreated);
    assert.equal(JSON.parse(recreated.stdout).duplicates, 10);
    // Also once it is rebuilt from both topics.
    await produce(place.topic, texts);
    const rebuilt = await place.stream();
    assertDone(rebuilt);
    assert.equal(JSON.parse(rebuilt.stdout).duplicates, 20);
    assert.deepEqual(await positions(place), [[32, 20 + 10 + 20 + 12 + 20]]);
  },
);
