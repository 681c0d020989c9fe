/**
 * The port to a topic: what is asked about it, and the member of a consumer group that reads it. What
 * is fetched of a partition comes as a {@link PartitionFeed}, a source like any other.
 */
import type { Logger } from "../../runtime/log.ts";
import type { BatchLimits, Source } from "../source.ts";
import type { CorruptBatch } from "./corrupt_batch.ts";
import type { LogRange } from "./log_range.ts";

/** Milliseconds after which the group takes a silent member for dead, unless told otherwise. */
export const SESSION_TIMEOUT = 30_000;

/** The offsets that a topic has now. */
export interface TopicLog {
  /** Those of each partition, in order; undefined where the topic does not exist. */
  ranges(): Promise<LogRange[] | undefined>;

  /** Of each partition the first offset whose message's time is at or after the given one. */
  offsetsAt(epochMilliseconds: number): Promise<Map<number, number>>;
}

/** What is asked about a topic, once each time: how long to go on asking is the caller's to say. */
export interface TopicAdmin extends TopicLog {
  /**
   * The ids that the topic has, as the leaders of its partitions know it: more than one while it is
   * created anew, none where brokers have no ids. What was read before from one of them is of the
   * topic with this id, or of one before it: a leader learns of a topic, and then makes its log.
   */
  topicIds(): Promise<string[]>;

  /** The ids of a consumer group's members, as its coordinator has them. */
  members(group: string): Promise<string[]>;

  /** Milliseconds that the topic keeps its messages; undefined for ever, or where we may not ask. */
  retention(): Promise<number | undefined>;
}

/** What `doctor` looks at of a topic that is there. */
export interface TopicFacts {
  topic: string;
  /** How messages name the cluster. */
  cluster: string;
  partitions: number;
}

/** A topic that is read. Disposing of it closes what asks about it, and not its consumers. */
export interface Topic extends AsyncDisposable {
  readonly name: string;
  /** How messages name the cluster. */
  readonly cluster: string;
  readonly admin: TopicAdmin;

  /** @param start the first offset that the feed will be given */
  feed(start: number, limits: BatchLimits): PartitionFeed;

  /** Connects to nothing yet. */
  consumer(options: ConsumerOptions, owner: PartitionOwner): TopicConsumer;
}

/** What was fetched of a partition and is not given out yet, as batches. */
export interface PartitionFeed extends Source {
  /** The offset that is expected next. */
  readonly next: number;
  /** Something that was fetched is being taken. */
  readonly isTaking: boolean;
  /** What is held is given out without waiting for the linger once all before it was taken. */
  flushAt: number;
  /** The topic's time of the oldest message that was taken and is not committed, in milliseconds. */
  readonly oldestTime: number | undefined;
  /** Forgets the times of what was committed. */
  committed(position: number): void;
  /** Ends the batches after those that are held. */
  close(): void;
}

/** What the consumer asks of whoever lands the partitions. */
export interface PartitionOwner {
  /**
   * Opens a partition that was assigned.
   *
   * @returns a feed that the topic has made; it says from where the partition is read
   */
  open(partition: number): Promise<PartitionFeed>;
  /** A partition went to another member: what is held of it is still landed, if that is in time. */
  revoked(partition: number): void;
  /**
   * Something was fetched beyond the position.
   *
   * @throws FinpipeError of kind `data` where what lies between is lost
   */
  checkGap(partition: number, position: number): Promise<void>;
  /**
   * Something was fetched at the position, and is given out once this resolves.
   *
   * @throws FinpipeError of kind `data` where it may be of another topic of the same name
   */
  checkTopic(partition: number, position: number): Promise<void>;
  /** A batch was fetched twice and is corrupt: all before it was taken. */
  meetCorrupt(partition: number, batch: CorruptBatch): Promise<void>;
  /** The consumer cannot go on. */
  failed(error: unknown): void;
}

export interface ConsumerOptions {
  group: string;
  log: Logger;
  /** Milliseconds after which the group takes a silent member for dead. @default SESSION_TIMEOUT */
  sessionTimeout?: number;
  /** Partitions of the topic, as far as is known. @default 0 */
  partitions?: number;
  /** Milliseconds after which new partitions are looked for. @default 30000 */
  metadataAge?: number;
  /** Milliseconds that a fetch waits for messages, and a stop for a fetch. @default 200 */
  maxWait?: number;
}

/** A member of a consumer group, which fills the feeds of the partitions that it is given. */
export interface TopicConsumer {
  /** When it last heard of the group, on the clock of performance.now. */
  readonly lastActivity: number;

  /** True where each partition that is assigned may be read. */
  readonly isReady: boolean;

  /**
   * Joins the group and delivers until it is stopped, through outages.
   *
   * @throws FinpipeError for what does not pass by itself
   */
  run(): Promise<void>;

  /** Opens a partition again, since somebody else has read on from its position. */
  reopen(partition: number): void;

  /** Tells the brokers how far was committed, for the usual lag tools alone. */
  report(partition: number, position: number): void;

  /** Delivers nothing more, and stays in the group: so what is held can be landed as its owner. */
  quiesce(): void;

  /** Leaves the group, after the brokers were told what was committed last. */
  stop(): Promise<void>;
}

/** Sends messages to a topic. Disposing of it waits for nothing. */
export interface TopicWriter extends AsyncDisposable {
  /**
   * Sends JSON texts; returns when the brokers have them, each once.
   *
   * @throws FinpipeError of kind `unreachable` where they are away for too long; the reason of the
   * signal to stop. Some of the texts may have been sent then.
   */
  send(texts: readonly string[]): Promise<void>;
}
