/** A topic landed by a group: partitions are shared and traded, and each message is in one place. */
import assert from "node:assert/strict";
import { withAdmin } from "../support/kafka/topics.ts";
import { assertBalanced, sumOf } from "../support/topic/books.ts";
import {
  type LandCall,
  landingPlace,
  RESIDENT,
  type RunningLanding,
  topicTest,
  untilRead,
} from "../support/topic/landing.ts";
import { SESSION_TIMEOUT, startMember } from "../support/topic/member.ts";
import { startTraffic } from "../support/topic/traffic.ts";
import { TABLE_IS_WAITED_FOR, until, untilRow } from "../support/until.ts";

const PARTITIONS = 4;

const MEMBER: LandCall = { ...RESIDENT, member: { sessionTimeout: SESSION_TIMEOUT } };

/** Waits until a member lands so many partitions. */
async function untilLanding(landing: RunningLanding, count: number): Promise<void> {
  const { landers, consumer } = await landing.state;
  await until(() => consumer.isReady && [...landers.partitions()].length === count);
}

await topicTest(
  "members share the partitions, and trade them when one comes or leaves",
  async (t) => {
    await using place = await landingPlace(t, { partitions: PARTITIONS });
    const traffic = await startTraffic(place);
    const one = place.land(MEMBER);
    await untilLanding(one, PARTITIONS);
    await traffic.more(200);
    const two = place.land(MEMBER);
    await Promise.all([untilLanding(one, 2), untilLanding(two, 2)]);
    await traffic.more(400);
    const left = await one.stop();
    await untilLanding(two, PARTITIONS);
    const three = place.land(MEMBER);
    await Promise.all([untilLanding(two, 2), untilLanding(three, 2)]);
    await traffic.more(400);
    await traffic.stop();
    await untilRead(place);
    const totals = [left, await two.stop(), await three.stop()];
    const books = await assertBalanced(place);
    assert.ok(totals.every(({ messages_read }) => messages_read > 100), "each had its share");
    for (const name of ["messages_read", "transactions", "rejected", "duplicates"] as const) {
      assert.equal(sumOf(books, name), totals.reduce((sum, part) => sum + part[name], 0), name);
    }
    assert.ok(sumOf(books, "duplicates") > 0 && sumOf(books, "rejected") > 0);
  },
);

await topicTest("the partitions of a member that is killed go to the others", async (t) => {
  await using place = await landingPlace(t, { partitions: PARTITIONS });
  const traffic = await startTraffic(place);
  const killed = startMember(place);
  const output = killed.stdout.getReader();
  await output.read();
  const other = place.land(MEMBER);
  await untilLanding(other, 2);
  // It lands what it got, up to its end.
  await output.read();
  killed.kill("SIGKILL");
  await output.cancel();
  await killed.status;
  await untilLanding(other, PARTITIONS);
  await traffic.more(200);
  await traffic.stop();
  await untilRead(place);
  await other.stop();
  await assertBalanced(place);
});

await topicTest(
  "of two groups that land one topic, each drops what the other was first with",
  async (t) => {
    await using place = await landingPlace(t, { partitions: 2 });
    const traffic = await startTraffic(place);
    const rivals = ["one", "two"].map((name) =>
      place.land({ ...MEMBER, group: `${place.topic.group}-${name}` })
    );
    await Promise.all(rivals.map((rival) => untilLanding(rival, 2)));
    await traffic.more(1000);
    await traffic.stop();
    await untilRead(place);
    const totals = await Promise.all(rivals.map((rival) => rival.stop()));
    const books = await assertBalanced(place);
    assert.equal(
      sumOf(books, "messages_read"),
      totals[0]!.messages_read + totals[1]!.messages_read,
    );
    assert.match(
      rivals.map((rival) => rival.log()).join(""),
      /Dropped the messages of partition \d that were not landed yet: another member has it now.*position has moved on/,
    );
  },
);

await topicTest("Kafka is told how far was landed, and never asked", async (t) => {
  await using place = await landingPlace(t, { partitions: 2 });
  const { brokers, topic, group } = place.topic;
  await place.emit("--dates", "2022-10-01", "--operations-per-day", "50");
  assert.equal((await place.stream()).code, 0);
  await withAdmin(brokers, async (admin) => {
    const told = async () => {
      const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      return new Map(offsets!.partitions.map(({ partition, offset }) => [partition, offset]));
    };
    const ends = await admin.fetchTopicOffsets(topic);
    assert.deepEqual(await told(), new Map(ends.map(({ partition, high }) => [partition, high])));
    // What somebody sets there has no say.
    await admin.setOffsets({
      groupId: group,
      topic,
      partitions: [{ partition: 0, offset: "0" }, { partition: 1, offset: "1000000" }],
    });
    await place.emit("--dates", "2022-10-02", "--operations-per-day", "50");
    assert.equal((await place.stream()).code, 0);
    await assertBalanced(place);
    const { groups: [state] } = await admin.describeGroups([group]);
    assert.deepEqual([state!.state, state!.members], ["Empty", []], "it has left the group");
  });
});

await topicTest(
  "SIGTERM to a stream: what it holds is landed, it leaves the group, exit 0",
  async (t) => {
    await using place = await landingPlace(t, { partitions: 2 });
    const traffic = await startTraffic(place);
    const cli = place.spawn("--batch-rows", "100", "--linger", "1h");
    await untilRow(place.session, "SELECT FROM stg.transactions HAVING count(*) > 300");
    cli.kill("SIGTERM");
    const { code, stdout, stderr } = await cli.result;
    assert.equal(code, 0, stderr);
    await traffic.stop();
    const [read] = await place.query(
      "SELECT sum(messages_read) AS messages_read FROM finpipe.source_partitions",
    );
    assert.equal(JSON.parse(stdout).messages_read, Number(read!.messages_read));
    const { brokers, group } = place.topic;
    await withAdmin(brokers, async (admin) => {
      const { groups: [state] } = await admin.describeGroups([group]);
      assert.deepEqual([state!.state, state!.members], ["Empty", []]);
    });
    assert.equal((await place.stream()).code, 0);
    await assertBalanced(place);
  },
);

await topicTest(
  "a stream that cannot drain in its grace, or has an end, is interrupted",
  async (t) => {
    await using place = await landingPlace(t);
    await place.emit("--dates", "2022-10-01", "--operations-per-day", "200");
    // The window can be rebuilt, but whoever waits to write cannot drain.
    await place.session.execute("BEGIN; LOCK TABLE stg.transactions IN SHARE MODE");
    const held = place.start("--batch-rows", "100", "--grace", "100ms");
    await untilRow(place.session, TABLE_IS_WAITED_FOR);
    assert.equal((await held.stop()).code, 143);
    await place.session.execute("ROLLBACK");

    await place.session.execute("BEGIN; LOCK TABLE stg.transactions IN SHARE MODE");
    const ending = place.start("--until-end", "--batch-rows", "100");
    await untilRow(place.session, TABLE_IS_WAITED_FOR);
    const interrupted = ending.stop();
    await place.session.execute("ROLLBACK");
    const { code, stderr } = await interrupted;
    assert.equal(code, 143, stderr);
    assert.match(stderr, /Interrupted by SIGTERM/);
    const [row] = await place.query("SELECT messages_read FROM finpipe.source_partitions");
    assert.ok(Number(row!.messages_read) >= 100, "it landed what it held");
    assert.equal((await place.stream()).code, 0);
    await assertBalanced(place);
  },
);
