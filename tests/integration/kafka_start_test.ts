/** Where a topic is begun, and what happens where what comes next is not there any more. */
import assert from "node:assert/strict";
import { startWebhook } from "../support/network/webhook.ts";
import { landingPlace, topicTest, untilRead } from "../support/topic/landing.ts";
import { until, untilRow } from "../support/until.ts";
import {
  assertDone,
  deleteBefore,
  landedPart,
  positions,
  send,
  stalledLanding,
} from "../support/topic/log_changes.ts";

/** Gives a row when a session waits for the row of a position, which a transaction is moving. */
const POSITION_IS_WAITED_FOR = `
  SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event = 'transactionid' AND query LIKE '%FOR UPDATE%'`;

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

await topicTest(
  "a lost range is exit 4 that names all of it; --from p:o goes on, and it is recorded",
  async (t) => {
    await using place = await landedPart(t, { partitions: 3 });
    await deleteBefore(place, 7);
    await deleteBefore(place, 8, 2);
    await using webhook = startWebhook();
    place.moreEnv = { FINPIPE_NOTIFY_URL: webhook.url };
    const lost =
      /partition 0: offsets 4 to 6 were deleted before they were read; partition 2: offsets 4 to 7 were/;
    for (const args of [[], ["--from", "earliest"], ["--from", "1:5"]]) {
      const { code, stderr } = await place.stream(...args);
      assert.equal(code, 4, stderr);
      assert.match(stderr, lost);
      assert.match(stderr, /continue with --from 0:7,2:8: the lost range is recorded/);
    }
    // Somebody is told, once, however often it is started again.
    const [told, ...more] = webhook.posted.map(({ json }) => json);
    assert.deepEqual([told!.event, told!.exit_code, more], ["lost_range", 4, []]);
    assert.match(String(told!.message), lost);
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
    const again = await place.stream("--from", "0:7,2:9", "--quiet");
    assertDone(again);
    assert.match(again.stderr, /Ignored --from/);
  },
);

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
