/**
 * The part of kafkajs 2.2.4 under its administrator: brokers by their numbers, to which requests of
 * our own can be sent over its connections. It is not exported, so it is found by the symbol under
 * which a client keeps the maker of it (`kafkajs/src/index.js`, `PRIVATE.CREATE_CLUSTER`); with another
 * version the first use fails.
 */
import type { Buffer } from "node:buffer";
import type { Kafka } from "kafkajs";
import { FinpipeError } from "../../runtime/errors.ts";

/** A request as kafkajs sends it; the answer is what `parse` makes of it. */
export interface ProtocolRequest<T> {
  request: {
    apiKey: number;
    apiVersion: number;
    apiName: string;
    /** An `Encoder` of kafkajs, which takes nothing else. */
    encode(): Promise<{ buffer: Buffer }>;
  };
  response: { decode(payload: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<T> };
}

/** A node, to which kafkajs is connected. */
export interface Broker {
  /** Which versions it speaks, by the kind of request (Kafka protocol guide, "API keys"). */
  versions: Record<number, { minVersion: number; maxVersion: number }>;
  connectionPool: { send<T>(request: ProtocolRequest<T>): Promise<T> };
  listOffsets(request: {
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
  }): Promise<{ responses: { partitions: { partition: number; offset: string }[] }[] }>;
}

/** What is used of it; all of it throws as kafkajs does. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
}

const MAKER = "private:Kafka:createCluster";

/** Makes one that connects as the client's own do, and never creates a topic; not connected yet. */
export function openCluster(kafka: Kafka): Cluster {
  const maker = Object.getOwnPropertySymbols(kafka).find(({ description }) =>
    description === MAKER
  );
  const create = maker && (kafka as unknown as Record<symbol, unknown>)[maker];
  if (typeof create === "function") return create({ allowAutoTopicCreation: false }) as Cluster;
  throw new FinpipeError(
    "failed",
    "This is not kafkajs 2.2.4, the version that finpipe was made for",
  );
}
