/** What finpipe asks Kafka about the topic that it reads. It never changes or creates anything. */
import kafkajs, { type Admin, type Kafka } from "kafkajs";
import { causesOf, FinpipeError } from "../../runtime/errors.ts";
import { type Broker, type Cluster, openCluster } from "./cluster.ts";
import type { LogRange } from "../topic/log_range.ts";
import type { TopicAdmin } from "../topic/topic.ts";
import { asKafkaFailure } from "./failure.ts";
import { topicIdOf } from "./topic_id.ts";

/** UNKNOWN_TOPIC_OR_PARTITION of the protocol (Kafka documentation, "Error codes"). */
const UNKNOWN_TOPIC = 3;
/** Isolation levels, and the times that stand for the log's ends (Kafka protocol guide, ListOffsets). */
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const LATEST = -1;
const EARLIEST = -2;

/** Connects at the first question, and again after a failure. */
export class KafkaAdmin implements TopicAdmin, AsyncDisposable {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #clusterName: string;
  #admin: Promise<Admin> | undefined;
  #cluster: Promise<Cluster> | undefined;

  /**
   * @param kafka an impatient client: how long to go on trying is the caller's to say
   * @param cluster how messages name it
   */
  constructor(kafka: Kafka, topic: string, cluster: string) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#clusterName = cluster;
  }

  async ranges(): Promise<LogRange[] | undefined> {
    try {
      return await this.#askCluster(async (cluster) => {
        await cluster.addTargetTopic(this.#topic);
        await cluster.refreshMetadata();
        const asked = await Promise.all(
          this.#leaders(cluster).map(async ([nodeId, partitions]) =>
            await this.#rangesAt(await cluster.findBroker({ nodeId }), partitions)
          ),
        );
        const ranges = asked.flat().sort((a, b) => a.partition - b.partition);
        if (new Set(ranges.map(({ topicId }) => topicId)).size <= 1) return ranges;
        throw new FinpipeError("unreachable", `Topic ${this.#topic} is being created again`);
      });
    } catch (error) {
      if (isUnknownTopic(error)) return undefined;
      throw error;
    }
  }

  topicIds(): Promise<string[]> {
    return this.#askCluster(async (cluster) => {
      await cluster.addTargetTopic(this.#topic);
      const ids = await Promise.all(
        this.#leaders(cluster).map(async ([nodeId]) =>
          await topicIdOf(await cluster.findBroker({ nodeId }), this.#topic)
        ),
      );
      return [...new Set(ids.filter((id) => id !== undefined))];
    });
  }

  async offsetsAt(epochMilliseconds: number): Promise<Map<number, number>> {
    const offsets = await this.#ask((admin) =>
      admin.fetchTopicOffsetsByTimestamp(this.#topic, epochMilliseconds)
    );
    return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  async members(group: string): Promise<string[]> {
    const { groups } = await this.#ask(async (admin) => {
      // Looks up the brokers: describeGroups of kafkajs 2.2.4 knows none by itself.
      await admin.describeCluster();
      return await admin.describeGroups([group]);
    });
    return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
  }

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
    const ends = [this.#admin, this.#cluster];
    this.#admin = this.#cluster = undefined;
    // One that never connected has nothing to disconnect.
    await Promise.all(
      ends.map((end) => end?.then((connected) => connected.disconnect()).catch(() => {})),
    );
  }

  /** Of the topic's partitions, by their brokers. */
  #leaders(cluster: Cluster): [nodeId: string, partitions: number[]][] {
    const partitions = cluster.findTopicPartitionMetadata(this.#topic)
      .map(({ partitionId }) => partitionId);
    return Object.entries(cluster.findLeaderForPartitions(this.#topic, partitions));
  }

  async #rangesAt(broker: Broker, partitions: readonly number[]): Promise<LogRange[]> {
    const topic = this.#topic;
    const list = async (isolationLevel: number, timestamp: number) => {
      const asked = partitions.map((partition) => ({ partition, timestamp }));
      const answer = await broker.listOffsets({
        isolationLevel,
        topics: [{ topic, partitions: asked }],
      });
      return new Map(
        answer.responses.flatMap((one) => one.partitions)
          .map(({ partition, offset }) => [partition, Number(offset)]),
      );
    };
    // In this order: what a commit sets free between the first two is not taken for held back, and
    // the id is not older than the log that the offsets are of.
    const end = await list(READ_UNCOMMITTED, LATEST);
    const high = await list(READ_COMMITTED, LATEST);
    const low = await list(READ_COMMITTED, EARLIEST);
    const topicId = await topicIdOf(broker, topic);
    return partitions.map((partition) => ({
      partition,
      low: low.get(partition)!,
      high: high.get(partition)!,
      end: end.get(partition)!,
      topicId,
    }));
  }

  #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    return this.#asking(question, this.#admin ??= this.#connect());
  }

  #askCluster<T>(question: (cluster: Cluster) => Promise<T>): Promise<T> {
    return this.#asking(question, this.#cluster ??= this.#connectCluster());
  }

  async #asking<E, T>(question: (end: E) => Promise<T>, end: Promise<E>): Promise<T> {
    try {
      return await question(await end);
    } catch (error) {
      const isOurs = [this.#admin, this.#cluster].some((one) => one as unknown === end);
      // Others may ask by a new connection already.
      if (!isUnknownTopic(error) && isOurs) await this[Symbol.asyncDispose]();
      throw asKafkaFailure(error, this.#clusterName);
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }

  async #connectCluster(): Promise<Cluster> {
    const cluster = openCluster(this.#kafka);
    await cluster.connect();
    return cluster;
  }
}

function isUnknownTopic(error: unknown): boolean {
  return causesOf(error).some((cause) => (cause as { code?: unknown }).code === UNKNOWN_TOPIC);
}
