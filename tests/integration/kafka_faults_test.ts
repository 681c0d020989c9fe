/**
 * Kafka and PostgreSQL that fail while a topic is landed: after each fault every message is in one
 * place, byte for byte, and the counters add up.
 */
import assert from "node:assert/strict";
import { defaultKafka, missingForKafka } from "../support/kafka_jars.ts";
import { Interrupted } from "../../lib/runtime/errors.ts";
import { membersOf, withAdmin } from "../support/kafka.ts";
import { produce } from "../support/kafka_messages.ts";
import { type KafkaServer, startKafka } from "../support/kafka_server.ts";
import { transactionMessage } from "../support/messages.ts";
import { freePort } from "../support/ports.ts";
import { assertBalanced, readLog, sumOf } from "../support/topic_books.ts";
import {
  type LandCall,
  type LandingPlace,
  landingPlace,
  topicTest,
  untilRead,
} from "../support/topic_landing.ts";
import type { CliResult } from "../support/run_cli.ts";
import { startMember } from "../support/topic_member.ts";
import { startTraffic } from "../support/topic_traffic.ts";
import { watcher } from "../support/topic_watcher.ts";
import { isStatement, TcpProxy, type Verdict } from "../support/tcp_proxy.ts";
import {
  closeGate,
  GATE,
  SOMEBODY_WAITS,
  TABLE_IS_WAITED_FOR,
  until,
  untilRow,
} from "../support/until.ts";

/** Milliseconds after which this file's broker takes a silent member for dead. */
const SESSION = 2000;

const RESIDENT: LandCall = {
  untilEnd: false,
  rows: 50,
  linger: "20ms",
  member: { sessionTimeout: SESSION },
};

/** A broker that can be stopped, for the tests that do not kill theirs. */
let broker: KafkaServer;
const missing = await missingForKafka(defaultKafka());

Deno.test.beforeAll(async () => {
  if (missing !== undefined) return;
  broker = await startBroker();
});

Deno.test.afterAll(async () => {
  if (missing === undefined) await broker[Symbol.asyncDispose]();
});

function startBroker(): Promise<KafkaServer> {
  return startKafka({ properties: { "group.min.session.timeout.ms": "1000" } });
}

const makePlace = (t: Deno.TestContext, partitions = 2, { brokers } = broker) =>
  landingPlace(t, { partitions, brokers });

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
  await using broker = await startBroker();
  await using place = await makePlace(t, 2, broker);
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
  const isOld = (time: number) => time <= (Date.now() - SESSION) / 1000;
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
  await lasting(2 * SESSION);
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
    await using broker = await startBroker();
    await using place = await makePlace(t, 1, broker);
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
    await using place = await makePlace(t);
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

/** Breaks connections at the statements of landing, in turn. */
function breaker(): (bytes: Uint8Array) => Verdict {
  const verdicts: Verdict[] = ["cut", "cut after", "cut answer"];
  const copyData = "d".charCodeAt(0);
  let commits = 0;
  let copies = 0;
  return (bytes) => {
    if (isStatement(bytes, "COMMIT") && ++commits % 4 === 0) {
      return verdicts[commits / 4 % 3]!;
    }
    // The first byte of COPY's data.
    return bytes[0] === copyData && ++copies % 11 === 0 ? "cut" : "pass";
  };
}

await topicTest("connections that are cut inside COPY, before and after COMMIT", async (t) => {
  await using place = await makePlace(t);
  await using proxy = new TcpProxy(place.url, breaker());
  const traffic = await startTraffic(place);
  const landing = place.land({ ...RESIDENT, url: proxy.url });
  await traffic.more(1500);
  await traffic.stop();
  await untilRead(place);
  const totals = await landing.stop();
  const books = await assertBalanced(place);
  assert.equal(sumOf(books, "messages_read"), totals.messages_read);
  assert.match(landing.log(), /Cannot reach PostgreSQL/);
});

await topicTest(
  "a database that is read-only for a while is waited out; with an end it is a failure",
  async (t) => {
    await using place = await makePlace(t);
    const name = new URL(place.url).pathname.slice(1);
    const setReadOnly = async (value: string) => {
      await place.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${value}`);
      // It holds for sessions that begin from now on.
      await place.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    };
    const traffic = await startTraffic(place);
    const landing = place.land(RESIDENT);
    // Else it would wait to begin.
    const { landers } = await landing.state;
    await traffic.more(200);
    await setReadOnly("on");
    await until(() => /read-only/.test(landers.stagingFailure ?? ""));
    await traffic.stop();
    const ended = await place.stream();
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(ended.stderr, /read-only transaction\n {2}The server is read-only: connect to/);
    await place.session.execute("SET default_transaction_read_only = off");
    await setReadOnly("off");
    await untilRead(place);
    assert.equal(landers.stagingFailure, undefined);
    await landing.stop();
    await assertBalanced(place);
  },
);

await topicTest(
  "a slow database keeps us in the group, and a rebalance in a batch costs nothing",
  async (t) => {
    await using place = await makePlace(t);
    const traffic = await startTraffic(place);
    await place.session.execute("BEGIN; LOCK TABLE stg.transactions IN SHARE MODE");
    const one = place.land(RESIDENT);
    await untilRow(place.session, TABLE_IS_WAITED_FOR);
    // Several times longer than the group waits for a silent member.
    await lasting(3 * SESSION);
    const { brokers, group } = place.topic;
    const { groups: [seen] } = await withAdmin(brokers, (admin) => admin.describeGroups([group]));
    assert.deepEqual([seen!.state, seen!.members.length], ["Stable", 1], "it is a member still");
    const { standstill } = await one.state;
    const holder =
      /: a lock that is waited for is held by process \d+ of PostgreSQL \(a test, role /;
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

/** Waits until a session of the database waits for its client in a transaction, in this state. */
function untilStopped(place: LandingPlace, state: string): Promise<void> {
  return untilRow(
    place.session,
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'finpipe%'
       AND wait_event_type = 'Client' AND state = '${state}' AND xact_start IS NOT NULL`,
  );
}

await topicTest(
  "a process that is stopped inside its transaction loses its session to who has its partition",
  async (t) => {
    await using place = await makePlace(t, 1);
    const stopped = startMember(place, SESSION);
    try {
      const gated = [transactionMessage({ amount: GATE }), transactionMessage({ amount: 1 })];
      await closeGate(place.session);
      await produce(place.topic, gated.map((text) => new TextEncoder().encode(text)));
      await untilRow(place.session, SOMEBODY_WAITS);
      Deno.kill(stopped.pid, "SIGSTOP");
      await place.query(`SELECT pg_advisory_unlock(${GATE})`);
      await untilStopped(place, "idle in transaction");
      const landing = place.land(RESIDENT);
      await untilRead(place);
      const ended =
        /warn: Ended process \d+ of PostgreSQL \(finpipe test, .*\), idle in transaction, /;
      assert.match(landing.log(), ended);
      // It finds its session gone, has landed nothing, and is a member like any other.
      Deno.kill(stopped.pid, "SIGCONT");
      const { brokers, group } = place.topic;
      await until(async () => (await membersOf(brokers, group)).length === 2);
      const traffic = await startTraffic(place);
      await traffic.more(200);
      await traffic.stop();
      await untilRead(place);
      await landing.stop();
    } finally {
      Deno.kill(stopped.pid, "SIGKILL");
      await Promise.all([stopped.status, stopped.stdout.cancel()]);
    }
    await assertBalanced(place);
  },
);

await topicTest("one that is stopped in the middle of COPY is ended as well", async (t) => {
  await using place = await makePlace(t, 1);
  let isLost = false;
  await using proxy = new TcpProxy(place.url, (bytes) => {
    if (isLost || bytes[0] !== "d".charCodeAt(0)) return "pass";
    isLost = true;
    return "lose";
  });
  const stopped = place.land({ ...RESIDENT, url: proxy.url, grace: "100ms" });
  await produce(place.topic, [new TextEncoder().encode(transactionMessage())]);
  await untilStopped(place, "active");
  const landing = place.land({ ...RESIDENT, group: `${place.topic.group}-new` });
  await untilRead(place);
  assert.match(
    landing.log(),
    /warn: Ended process \d+ of PostgreSQL \(finpipe test, .*\), active, /,
  );
  await assert.rejects(stopped.stop(), Interrupted);
  await landing.stop();
  await assertBalanced(place);
});

await topicTest(
  "a message that the database refuses is rejected, and those around it are landed",
  async (t) => {
    await using place = await makePlace(t, 1);
    await place.query("ALTER TABLE stg.transactions ADD CHECK (amount <> 666)");
    const values = [1, 666, 2, 3, 666, 4].map((amount) => transactionMessage({ amount }));
    await produce(place.topic, values.map((value) => new TextEncoder().encode(value)));
    const { code, stdout, stderr } = await place.stream();
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /666/);
    const { transactions, rejected } = JSON.parse(stdout);
    assert.deepEqual([transactions, rejected], [4, 2]);
    const rows = await place.query(
      "SELECT reason, position, convert_from(raw, 'UTF8') AS raw FROM stg.rejected ORDER BY position",
    );
    assert.deepEqual(
      rows,
      [1, 4].map((position) => ({
        reason: "not_storable",
        position: String(position),
        raw: values[position]!,
      })),
    );
  },
);

await topicTest("a clock that jumps changes nothing in what is landed", async (t) => {
  await using place = await makePlace(t, 1);
  const clocks = ["2022-10-01T12:00:00Z", "2002-01-01T00:00:00Z", "2102-01-01T00:00:00Z"];
  let jumps = 0;
  const now = () => Temporal.Instant.from(clocks[jumps++ % clocks.length]!);
  const messages = Array.from(
    { length: 60 },
    (_, i) => transactionMessage({}, { sent_dttm: `2022-10-01T12:0${i % 4}:00` }),
  );
  // Each comes again in a later batch, which is judged by another clock.
  const values = [...messages, ...messages].map((value) => new TextEncoder().encode(value));
  await produce(place.topic, values);
  await place.land({ rows: 10, now }).totals;
  assert.equal(sumOf(await assertBalanced(place), "duplicates"), 60);
  assert.equal((await readLog(place.topic, 0)).length, 120);
});
