/** Sends events to a topic, as the source service does: keyed by object_id, idempotent. */
import { type Kafka, Partitioners, type Producer } from "kafkajs";

/** Messages in one request: a request is answered before the next one, to keep their order. */
const MOST_MESSAGES = 2000;

export class TopicWriter implements AsyncDisposable {
  readonly #producer: Producer;
  readonly #topic: string;

  private constructor(producer: Producer, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  /** Connects; what kafkajs throws is thrown on. */
  static async connect(kafka: Kafka, topic: string): Promise<TopicWriter> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // An idempotent producer that gives up may have sent what it cannot say.
      retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 200, maxRetryTime: 1000 },
      // The same partition for a key as Java producers choose.
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return new TopicWriter(producer, topic);
  }

  /** Sends JSON texts; returns when the brokers have them. */
  async send(texts: readonly string[]): Promise<void> {
    for (let from = 0; from < texts.length; from += MOST_MESSAGES) {
      const messages = texts.slice(from, from + MOST_MESSAGES)
        .map((value) => ({ key: objectIdOf(value), value }));
      await this.#producer.send({ topic: this.#topic, acks: -1, messages });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect().catch(() => {});
  }
}

/** All versions of an object go to one partition, which keeps their order. */
function objectIdOf(text: string): string | null {
  return /"object_id": "([^"]*)"/.exec(text)?.[1] ?? null;
}
