/**
 * A PostgreSQL that fails or refuses, and finpipes that stop, while a topic is landed: after each fault
 * every message is in one place, byte for byte, and the counters add up. Brokers that fail are in
 * tests/long/kafka_faults_test.ts.
 */
import assert from "node:assert/strict";
import { Interrupted } from "../../lib/runtime/errors.ts";
import { membersOf } from "../support/kafka/topics.ts";
import { produce } from "../support/kafka/messages.ts";
import { transactionMessage } from "../support/events/messages.ts";
import { assertBalanced, readLog, sumOf } from "../support/topic/books.ts";
import {
  type LandingPlace,
  landingPlace,
  RESIDENT,
  type RunningLanding,
  SHORT_SESSION,
  topicTest,
  untilRead,
} from "../support/topic/landing.ts";
import { startMember } from "../support/topic/member.ts";
import { startTraffic } from "../support/topic/traffic.ts";
import { isStatement, TcpProxy, type Verdict } from "../support/network/tcp_proxy.ts";
import { closeGate, GATE, SOMEBODY_WAITS, until, untilRow } from "../support/until.ts";

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
  await using place = await landingPlace(t, { partitions: 2 });
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
    await using place = await landingPlace(t, { partitions: 2 });
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
    // However many partitions were landed: once that staging is away, once that it is back.
    const log = landing.log();
    const [went, came] = [/^warn: .*trying again/gm, /^Staging answers again, after \d+ s$/gm]
      .map((said) => log.match(said)?.length);
    // The sessions that were ended last may be a second one.
    assert.ok(went === came && went! <= 2, log);
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

/**
 * Waits until a landing has said that it ended the session of one that stood still. It lands on as soon
 * as the lock is gone; the answer to the one who ended it may come a moment later.
 */
function untilEnded(landing: RunningLanding, state: string): Promise<void> {
  const said = new RegExp(
    `warn: Ended process \\d+ of PostgreSQL \\(finpipe test, .*\\), ${state}, `,
  );
  return until(() => said.test(landing.log()));
}

await topicTest(
  "a process that is stopped inside its transaction loses its session to who has its partition",
  async (t) => {
    await using place = await landingPlace(t);
    const stopped = startMember(place, SHORT_SESSION);
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
      await untilEnded(landing, "idle in transaction");
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
  await using place = await landingPlace(t);
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
  await untilEnded(landing, "active");
  await assert.rejects(stopped.stop(), Interrupted);
  await landing.stop();
  await assertBalanced(place);
});

await topicTest(
  "a message that the database refuses is rejected, and those around it are landed",
  async (t) => {
    await using place = await landingPlace(t);
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
  await using place = await landingPlace(t);
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
