/** A member that the group has dropped, and that is cut off as it joins again. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { WatchedProxy, type Watcher } from "../support/network/watched_proxy.ts";
import { membersOf } from "../support/kafka/topics.ts";
import { type KafkaServer, startKafka } from "../support/kafka/server.ts";
import { assertBalanced } from "../support/topic/books.ts";
import { landingPlace, topicTest, untilRead, untilTold } from "../support/topic/landing.ts";
import { startTraffic } from "../support/topic/traffic.ts";
import { until } from "../support/until.ts";

/** Kinds of request (Kafka protocol guide, "API keys"). */
const JOIN_GROUP = 11;
const HEARTBEAT = 12;
const DESCRIBE_GROUPS = 15;

/** Milliseconds after which the group drops a silent member. */
const SESSION = 1500;

/** The kinds of the requests in a client's bytes. */
function* kindsOf(bytes: Uint8Array): Generator<number> {
  const requests = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 6 <= requests.length; at += 4 + requests.readUInt32BE(at)) {
    yield requests.readInt16BE(at + 4);
  }
}

/** A broker whose clients come through a proxy. */
async function startWatchedKafka(
  watch: Watcher,
): Promise<AsyncDisposable & { kafka: KafkaServer }> {
  await using scope = new AsyncDisposableStack();
  const proxy = scope.use(new WatchedProxy(watch));
  const properties = {
    "advertised.listeners": `PLAIN://127.0.0.1:${proxy.port}`,
  };
  const kafka = scope.use(await startKafka({ properties }));
  proxy.target = Number(kafka.brokers.split(":")[1]);
  const moved = scope.move();
  return { kafka, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

await topicTest(
  "a member that was dropped, and cut off as it joined again, comes back",
  async (t) => {
    /** Kinds of request that are held, until when; and the one of which the next is cut off. */
    const held = new Map<number, Promise<void>>();
    let cut: number | undefined;
    await using server = await startWatchedKafka(async (bytes, from, passage) => {
      if (from === "server") return;
      for (const kind of kindsOf(bytes)) {
        await held.get(kind);
        if (kind !== cut) continue;
        cut = undefined;
        passage.cut();
      }
    });
    const { brokers } = server.kafka;
    await using place = await landingPlace(t, { partitions: 2, brokers });
    const { group } = place.topic;
    const members = () => membersOf(brokers, group);
    const traffic = await startTraffic(place);
    const landing = place.land({
      untilEnd: false,
      rows: 50,
      linger: "20ms",
      member: { sessionTimeout: SESSION },
    });
    const { consumer } = await landing.state;
    await until(() => consumer.isReady);
    const before = await members();

    const isDropped = Promise.withResolvers<void>();
    held.set(HEARTBEAT, isDropped.promise);
    await until(async () => (await members()).length === 0);
    const isRead = Promise.withResolvers<void>();
    held.set(DESCRIBE_GROUPS, isRead.promise);
    held.delete(HEARTBEAT);
    cut = JOIN_GROUP;
    isDropped.resolve();
    await until(() => cut === undefined);

    // It lands on, and belongs to no group; of this Kafka takes no offsets.
    await traffic.more(100);
    await traffic.stop();
    await untilRead(place);
    held.delete(DESCRIBE_GROUPS);
    isRead.resolve();

    await until(async () => (await members()).length === 1);
    assert.notDeepEqual(await members(), before);
    assert.match(
      landing.log(),
      /warn: Group \S+ has removed this member; joining the group again/,
    );
    await untilTold(place);
    await landing.stop();
    await assertBalanced(place);
  },
);
