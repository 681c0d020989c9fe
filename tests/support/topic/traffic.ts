/** Messages that go on coming while something happens to those who land them. */
import { readKafkaSettings } from "../../../lib/config/kafka.ts";
import { emulate } from "../../../lib/events/emulator.ts";
import { openKafka } from "../../../lib/sources/kafka/client.ts";
import { KafkaWriter } from "../../../lib/sources/kafka/topic_writer.ts";
import { SILENT } from "../logs.ts";
import type { LandingPlace } from "./landing.ts";

/** Traffic that is under way; it goes on until it is stopped. */
export interface Traffic {
  /** Messages that the broker has. */
  readonly sent: number;
  /** Resolves once this many more are there. */
  more(count: number): Promise<void>;
  /** Sends no more; waits until the broker has all. */
  stop(): Promise<void>;
}

/** Messages sent at once. */
const AT_ONCE = 40;
/** Milliseconds for which a broker may be away. */
const OUTAGE = 120_000;
/** Milliseconds between two sendings: enough traffic, and time left for those who land it. */
const PAUSE = 5;

/**
 * Sends emulated messages, re-sent ones and some that are no JSON, through outages of the broker: what
 * is in the log is what counts.
 */
export async function startTraffic(place: LandingPlace, seed = 1): Promise<Traffic> {
  const settings = await readKafkaSettings({
    env: (name) => place.env[name],
    flags: {},
  });
  const { topic, displayName: cluster } = settings;
  const kafka = openKafka(settings, SILENT, { patient: false });
  const { partitions } = place.topic;
  const given = new AbortController();
  const retry = { retryFor: OUTAGE, signal: given.signal, log: SILENT };
  const writer = await KafkaWriter.connect(kafka, { topic, partitions, cluster, retry });
  const waiting = new Set<() => void>();
  let sent = 0;
  let stopped = false;
  const sending = (async () => {
    let batch: string[] = [];
    for (const message of messages(seed)) {
      batch.push(message);
      if (batch.length < AT_ONCE) continue;
      await writer.send(batch);
      sent += batch.length;
      batch = [];
      for (const wake of waiting) wake();
      if (stopped) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  })().finally(() => writer[Symbol.asyncDispose]());
  place.endsWithPlace(() => {
    stopped = true;
    // Of brokers that are away nobody waits to come back.
    given.abort();
    return sending;
  });
  return {
    get sent() {
      return sent;
    },
    async more(count) {
      const enough = sent + count;
      while (sent < enough) {
        const changed = Promise.withResolvers<void>();
        waiting.add(changed.resolve);
        await Promise.race([changed.promise, sending]);
        waiting.delete(changed.resolve);
      }
    },
    stop() {
      stopped = true;
      return sending;
    },
  };
}

/** Ten years of them, which nobody waits for: an end would be taken for a stream that stands still. */
function* messages(seed: number): Generator<string> {
  const from = Temporal.PlainDate.from("2022-10-01");
  const to = from.add({ years: 10 });
  let count = 0;
  for (const message of emulate({ from, to, operationsPerDay: 1000, seed })) {
    yield message;
    if (++count % 97 === 0) yield `no JSON: ${count}`;
  }
}
