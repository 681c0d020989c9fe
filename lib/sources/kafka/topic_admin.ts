/** What finpipe asks Kafka about the topic that it reads. It never changes or creates anything. */
import kafkajs, { type Admin, type Kafka } from "kafkajs";
import type { LogRange } from "./start_offsets.ts";

/** UNKNOWN_TOPIC_OR_PARTITION of the protocol (Kafka documentation, "Error codes"). */
const UNKNOWN_TOPIC = 3;

/** Connects when it is asked, and anew after a failure; what kafkajs throws is thrown on. */
export class TopicAdmin implements AsyncDisposable {
  readonly #kafka: Kafka;
  readonly #topic: string;
  #admin: Promise<Admin> | undefined;

  /** @param kafka an impatient client: how long to go on trying is the caller's to say */
  constructor(kafka: Kafka, topic: string) {
    this.#kafka = kafka;
    this.#topic = topic;
  }

  /** The offsets of each partition in order; undefined where the topic does not exist. */
  async ranges(): Promise<LogRange[] | undefined> {
    try {
      const offsets = await this.#ask((admin) => admin.fetchTopicOffsets(this.#topic));
      return offsets
        .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
        .sort((a, b) => a.partition - b.partition);
    } catch (error) {
      if (isUnknownTopic(error)) return undefined;
      throw error;
    }
  }

  /** Of each partition the first offset whose message's time is at or after the given one. */
  async offsetsAt(epochMilliseconds: number): Promise<Map<number, number>> {
    const offsets = await this.#ask((admin) =>
      admin.fetchTopicOffsetsByTimestamp(this.#topic, epochMilliseconds)
    );
    return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  /** The ids of a consumer group's members, as its coordinator has them. */
  async members(group: string): Promise<string[]> {
    const { groups } = await this.#ask((admin) => admin.describeGroups([group]));
    return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
  }

  /** Milliseconds that the topic keeps its messages; undefined for ever, or where we may not ask. */
  async retention(): Promise<number | undefined> {
    try {
      const { resources } = await this.#ask((admin) =>
        admin.describeConfigs({
          includeSynonyms: false,
          resources: [{
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name: this.#topic,
            configNames: ["retention.ms"],
          }],
        })
      );
      const value = Number(resources[0]?.configEntries[0]?.configValue ?? -1);
      return value >= 0 ? value : undefined;
    } catch {
      // Without the right to describe configurations there is one figure less, and no harm.
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    // One that never connected has nothing to disconnect.
    await admin?.then((connected) => connected.disconnect()).catch(() => {});
  }

  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#admin ??= this.#connect();
    try {
      return await question(await admin);
    } catch (error) {
      // Others may ask by a new connection already.
      if (!isUnknownTopic(error) && this.#admin === admin) await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }
}

function isUnknownTopic(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ((cause as { code?: unknown }).code === UNKNOWN_TOPIC) return true;
  }
  return false;
}
