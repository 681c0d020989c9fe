/**
 * A broker that is killed or stands still while a topic is landed, and a database that others hold for
 * long: after each fault every message is in one place, byte for byte, and the counters add up. Faults
 * that are over soon are in tests/integration/kafka_faults_test.ts.
 */
import assert from "node:assert/strict";
import { withAdmin } from "../support/kafka/topics.ts";
import { type KafkaServer, startKafka } from "../support/kafka/server.ts";
import { freePort } from "../support/network/ports.ts";
import type { CliResult } from "../support/cli/run_cli.ts";
import { assertBalanced } from "../support/topic/books.ts";
import {
  type LandingPlace,
  landingPlace,
  RESIDENT,
  SHORT_SESSION,
  topicTest,
  untilRead,
} from "../support/topic/landing.ts";
import { startTraffic } from "../support/topic/traffic.ts";
import { watcher } from "../support/topic/watcher.ts";
import { TABLE_IS_WAITED_FOR, until, untilRow } from "../support/until.ts";

/** How long the fault lasts; nothing is waited for. */
function lasting(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Runs work while the broker is away; it comes back in any case. */
async function withoutBroker(broker: KafkaServer, work: () => Promise<void>): Promise<void> {
  await broker.kill9();
  try {
    await work();
  } finally {
    await broker.start();
  }
}

/** Runs work while the broker stands still. */
async function withBrokerStopped({ pid }: KafkaServer, work: () => Promise<void>): Promise<void> {
  Deno.kill(pid, "SIGSTOP");
  try {
    await work();
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}

async function positionsSum(place: LandingPlace): Promise<number> {
  const [row] = await place.query(
    "SELECT coalesce(sum(messages_read), 0) AS read FROM finpipe.source_partitions",
  );
  return Number(row!.read);
}

await topicTest("a broker that is killed and comes back, and one that stands still", async (t) => {
  await using broker = await startKafka();
  await using place = await landingPlace(t, { partitions: 2, brokers: broker.brokers });
  const traffic = await startTraffic(place);
  const metricsPort = freePort();
  const landing = place.land({ ...RESIDENT, metricsPort });
  const watch = watcher(metricsPort);
  await watch.until("/readyz", 200);
  await traffic.more(200);
  const { landers } = await landing.state;
  await landers.askEnds();
  assert.equal((await watch.figures()).get("finpipe_kafka_up"), 1);
  await broker.kill9();
  await landers.askEnds();
  await watch.until("/readyz", 503);
  assert.match(
    (await watch.get("/readyz")).text,
    /^(Kafka has|Partition \d.*: Cannot reach Kafka)/,
  );
  // A restart would mend nothing, and what nobody knows is told by no figure.
  assert.equal((await watch.get("/healthz")).status, 200);
  // It is not ready as soon as one of its partitions has waited for so long.
  const isOld = (time: number) => time <= (Date.now() - SHORT_SESSION) / 1000;
  let figures = await watch.figures();
  await until(async () => {
    figures = await watch.figures();
    return figures.get("finpipe_kafka_up") === 0 &&
      isOld(figures.get("finpipe_lag_known_timestamp_seconds")!);
  });
  assert.ok(![...figures.keys()].some((name) => name.startsWith("finpipe_lag_messages")));
  await broker.start();
  await watch.until("/readyz", 200);
  await traffic.more(200);
  // Longer than the group waits for a silent member, which it notices when it goes on.
  Deno.kill(broker.pid, "SIGSTOP");
  await lasting(2 * SHORT_SESSION);
  Deno.kill(broker.pid, "SIGCONT");
  await traffic.more(200);
  await traffic.stop();
  await untilRead(place);
  await landing.stop();
  await assertBalanced(place);
});

await topicTest(
  "a broker that stays away is exit 69 with --until-end, and no failure is exit 0",
  async (t) => {
    await using broker = await startKafka();
    await using place = await landingPlace(t, { brokers: broker.brokers });
    // More than one fetch holds; the next one waits until the broker is gone.
    await place.emit("--dates", "2022-10-01", "--operations-per-day", "1500");
    await place.session.execute("BEGIN; LOCK TABLE stg.transactions IN SHARE MODE");
    // In a process of its own: kafkajs goes on trying to connect for as long as that lives.
    const cut = place.spawn("--until-end", "--batch-rows", "50", "--retry-for", "1500ms");
    await untilRow(place.session, TABLE_IS_WAITED_FOR);
    await withoutBroker(broker, async () => {
      await place.session.execute("ROLLBACK");
      for (const run of [cut.result, place.stream("--retry-for", "500ms")]) {
        const { code, stderr } = await run;
        assert.equal(code, 69, stderr);
        assert.match(stderr, /^finpipe: .*Kafka.*\n {2}Check that the brokers run/m);
      }
      const asked = place.start();
      assert.equal((await asked.stop()).code, 0);
    });
    // The group waits for the one that could not leave it: another one need not.
    assert.equal((await place.stream("--group", `${place.topic.group}-new`)).code, 0);
    await assertBalanced(place);
  },
);

await topicTest(
  "SIGTERM while the broker stands still: what is held is landed, exit 0",
  async (t) => {
    await using broker = await startKafka();
    await using place = await landingPlace(t, { partitions: 2, brokers: broker.brokers });
    const traffic = await startTraffic(place);
    await traffic.more(300);
    await traffic.stop();
    const cli = place.spawn("--linger", "1h", "--batch-rows", "100");
    await untilRow(place.session, "SELECT FROM stg.transactions HAVING count(*) > 100");
    let result: CliResult | undefined;
    await withBrokerStopped(broker, async () => {
      cli.kill("SIGTERM");
      result = await cli.result;
    });
    const { code, stdout, stderr } = result!;
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).messages_read, await positionsSum(place));
    assert.equal((await place.stream("--group", `${place.topic.group}-new`)).code, 0);
    await assertBalanced(place);
  },
);

await topicTest(
  "a slow database keeps us in the group, and a rebalance in a batch costs nothing",
  async (t) => {
    await using place = await landingPlace(t, { partitions: 2 });
    const traffic = await startTraffic(place);
    await place.session.execute("BEGIN; LOCK TABLE stg.transactions IN SHARE MODE");
    const one = place.land(RESIDENT);
    await untilRow(place.session, TABLE_IS_WAITED_FOR);
    // Several times longer than the group waits for a silent member.
    await lasting(3 * SHORT_SESSION);
    const { brokers, group } = place.topic;
    const { groups: [seen] } = await withAdmin(brokers, (admin) => admin.describeGroups([group]));
    assert.deepEqual([seen!.state, seen!.members.length], ["Stable", 1], "it is a member still");
    const { standstill } = await one.state;
    const holder = /: waiting for a lock that is held by process \d+ of PostgreSQL \(a test, role /;
    await until(() => holder.test(standstill.text ?? ""));
    assert.match(standstill.text!, /^Partition \d.* has landed nothing for \d+ s: /);
    assert.match(standstill.text!, /from 127.0.0.1:\d+\), idle in transaction, since 2\d{3}-/);
    assert.equal(standstill.cause.waitsFor, "lock");
    assert.match(one.log(), holder);
    const two = place.land(RESIDENT);
    const { consumer } = await two.state;
    await until(() => consumer.isReady);
    await traffic.more(100);
    await place.session.execute("ROLLBACK");
    await traffic.stop();
    await untilRead(place);
    await until(() => standstill.text === undefined);
    await Promise.all([one.stop(), two.stop()]);
    await assertBalanced(place);
    // Who is no finpipe is named, and not ended.
    assert.doesNotMatch(one.log() + two.log(), /Ended process/);
  },
);
