/**
 * Sends events to a topic, as the source service does: keyed by object_id, idempotent.
 *
 * Each request is to one partition, whose leader alone answers for it. Where kafkajs has more of
 * them to send and a leader dies, it takes the answers of the others as answers for all: messages
 * that it reports as sent are lost, or are sent with sequence numbers that no leader expects.
 */
import { type Kafka, Partitioners, type Producer } from "kafkajs";
import { orAborted } from "../../runtime/aborted.ts";
import { retrying, type RetryOptions } from "../../runtime/retry.ts";
import type { TopicWriter } from "../topic/topic.ts";
import { asKafkaFailure } from "./failure.ts";

/** Messages in one request: a request is answered before the next one, to keep their order. */
const MOST_MESSAGES = 2000;

export interface WriterOptions {
  topic: string;
  partitions: number;
  /** How messages name the cluster. */
  cluster: string;
  /** How long brokers that are away are waited for, each time. */
  retry: Pick<RetryOptions, "retryFor" | "signal" | "log">;
}

/** A message that knows its partition: another try must not choose another one. */
interface Placed {
  key: string | null;
  value: string;
  partition: number;
}

export class KafkaWriter implements TopicWriter {
  readonly #producer: Producer;
  readonly #options: WriterOptions;
  readonly #partitionOf: (message: Omit<Placed, "partition">) => number;

  private constructor(producer: Producer, options: WriterOptions) {
    this.#producer = producer;
    this.#options = options;
    this.#partitionOf = chooserOf(options);
  }

  /**
   * Connects.
   *
   * @param kafka an impatient client: how long to go on trying is for `retry` to say
   * @throws FinpipeError of kind `configuration`, or `unreachable` once `retry` is over
   */
  static connect(kafka: Kafka, options: WriterOptions): Promise<KafkaWriter> {
    const { retry } = options;
    return retrying(async () => {
      const producer = kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        // A request that failed is sent again by us, with the same numbers: it is appended once.
        // kafkajs does not accept a lower number of tries.
        retry: { retries: 1, initialRetryTime: 50 },
      });
      try {
        await orAborted(producer.connect(), retry.signal);
      } catch (error) {
        leave(producer);
        throw failureOf(error, options);
      }
      return new KafkaWriter(producer, options);
    }, retry);
  }

  async send(texts: readonly string[]): Promise<void> {
    for (let from = 0; from < texts.length; from += MOST_MESSAGES) {
      const requests = Map.groupBy(
        texts.slice(from, from + MOST_MESSAGES).map((text) => this.#place(text)),
        ({ partition }) => partition,
      );
      for (const messages of requests.values()) await this.#request(messages);
    }
  }

  /**
   * Not waited for: a request that was given up may stay open for as long as the broker does not
   * respond.
   */
  [Symbol.asyncDispose](): Promise<void> {
    leave(this.#producer);
    return Promise.resolve();
  }

  #place(value: string): Placed {
    const message = { key: objectIdOf(value), value };
    return { ...message, partition: this.#partitionOf(message) };
  }

  #request(messages: Placed[]): Promise<void> {
    const { topic, retry } = this.#options;
    return retrying(async () => {
      try {
        await orAborted(this.#producer.send({ topic, acks: -1, messages }), retry.signal);
      } catch (error) {
        throw failureOf(error, this.#options);
      }
    }, retry);
  }
}

/** The same partition for a key as Java producers choose. */
function chooserOf({ topic, partitions }: WriterOptions) {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return (message: Omit<Placed, "partition">) => choose({ topic, partitionMetadata, message });
}

/** After a signal to stop, report the stop, whatever else failed. */
function failureOf(error: unknown, { cluster, retry: { signal } }: WriterOptions): unknown {
  return signal.aborted ? signal.reason : asKafkaFailure(error, cluster);
}

function leave(producer: Producer): void {
  producer.disconnect().catch(() => {});
}

/** All versions of an object go to one partition, which keeps their order. */
function objectIdOf(text: string): string | null {
  return /"object_id": "([^"]*)"/.exec(text)?.[1] ?? null;
}
