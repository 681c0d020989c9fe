/**
 * A member of the consumer group: takes what kafkajs delivers and pushes it into the feed of each
 * assigned partition, in order and without a gap.
 *
 * Where a partition is read from is never left to kafkajs: it is paused at each join until its
 * position is known, then sought, and a batch that was fetched at another offset is dropped. kafkajs
 * resets an offset that is out of range silently, which would jump over a lost range.
 */
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from "kafkajs";
import { orAborted } from "../../runtime/aborted.ts";
import type { Logger } from "../../runtime/log.ts";
import { wait } from "../../runtime/retry.ts";
import { asKafkaFailure } from "./failure.ts";
import { OffsetReports } from "./offset_reports.ts";
import type { PartitionFeed } from "./partition_feed.ts";

/** What the consumer asks of whoever lands the partitions. */
export interface PartitionOwner {
  /** Opens a partition that was assigned; its feed says from where it is read. */
  open(partition: number): Promise<PartitionFeed>;
  /** A partition went to another member: what is held of it is still landed, if that is in time. */
  revoked(partition: number): void;
  /**
   * Something was fetched beyond the position.
   *
   * @throws FinpipeError of kind `data` where what lies between is lost
   */
  checkGap(partition: number, position: number): Promise<void>;
  /** The consumer cannot go on. */
  failed(error: unknown): void;
}

export interface ConsumerOptions {
  topic: string;
  group: string;
  /** How messages name the cluster. */
  cluster: string;
  log: Logger;
  /** Milliseconds after which the group takes a silent member for dead. @default 30000 */
  sessionTimeout?: number;
  /** Milliseconds after which new partitions are looked for. @default 30000 */
  metadataAge?: number;
}

/** Milliseconds after which a heartbeat is thought of again while something is waited for. */
const HEARTBEAT = 1000;
/** Milliseconds before the group is joined again after a failure, doubled each time. */
const FIRST_DELAY = 200;
const LONGEST_DELAY = 5000;
/** Milliseconds that a fetch waits for messages, and a stop for a fetch. */
const MAX_WAIT = 200;
/** Bytes of one answer, of all partitions: kafkajs makes objects of all of it before it hands it on. */
const MOST_FETCHED = 4 * 1024 * 1024;
/** A partition that is assigned to us. */
interface Assigned {
  /** Set once it may be read. */
  feed?: PartitionFeed;
  opened: Promise<void>;
}

export class TopicConsumer {
  /** When kafkajs did something last, on the clock of performance.now. */
  lastActivity = performance.now();
  /** The group gave us an assignment, perhaps an empty one. */
  joined = false;

  readonly #consumer: Consumer;
  readonly #options: ConsumerOptions;
  readonly #owner: PartitionOwner;
  readonly #assigned = new Map<number, Assigned>();
  readonly #reports: OffsetReports;
  /** Aborted when nothing more is to be delivered. */
  readonly #stop = new AbortController();
  /** Settles when kafkajs has joined, or failed to. */
  #joining = Promise.resolve();
  /** Told why kafkajs has given up. */
  #onCrash: (error: unknown) => void = () => {};

  constructor(kafka: Kafka, options: ConsumerOptions, owner: PartitionOwner) {
    this.#options = options;
    this.#owner = owner;
    const { sessionTimeout = 30_000 } = options;
    this.#consumer = kafka.consumer({
      groupId: options.group,
      sessionTimeout,
      // A rebalance is noticed by a heartbeat: not much later than it begins.
      heartbeatInterval: sessionTimeout / 10,
      maxWaitTimeInMs: MAX_WAIT,
      maxBytes: MOST_FETCHED,
      metadataMaxAge: options.metadataAge ?? 30_000,
      allowAutoTopicCreation: false,
      readUncommitted: false,
      // By itself it would not after all that passes, as a coordinator that is away.
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    this.#reports = new OffsetReports(this.#consumer, options.topic, options.log);
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, (event) => this.#onJoin(event));
    this.#consumer.on(events.REBALANCING, () => this.joined = false);
    this.#consumer.on(events.FETCH, () => this.#alive());
    this.#consumer.on(events.HEARTBEAT, () => this.#alive());
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#passOver(payload);
    });
    this.#consumer.on(events.CRASH, ({ payload }) => this.#onCrash(payload.error));
  }

  /**
   * Joins the group and delivers until it is stopped, through outages.
   *
   * @throws FinpipeError for what does not pass by itself
   */
  async run(): Promise<void> {
    const { cluster, log } = this.#options;
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted; failures++) {
      const error = await this.#untilCrash();
      if (signal.aborted) return;
      const failure = asKafkaFailure(error, cluster);
      if (failure.kind !== "unreachable") throw failure;
      if (this.joined) failures = 0;
      this.joined = false;
      log.warn(`${failure.message}; joining the group again`);
      const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** failures);
      await wait(delay * (0.5 + Math.random() / 2), signal).catch(() => {});
    }
  }

  /** Joins and delivers until kafkajs gives up; why it did. Returns early when it is stopped. */
  async #untilCrash(): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#onCrash = resolve;
    this.#joining = this.#join();
    this.#joining.catch(resolve);
    return await orAborted(promise, this.#stop.signal).catch(() => undefined);
  }

  async #join(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#options.topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#take(payload),
    });
  }

  /** The partitions that may be read now. */
  get partitions(): number[] {
    return [...this.#assigned].filter(([, { feed }]) => feed !== undefined).map(([id]) => id);
  }

  /** True where each partition that is assigned may be read. */
  get isReady(): boolean {
    return this.joined && this.partitions.length === this.#assigned.size;
  }

  /** Opens a partition again, since somebody else has read on from its position. */
  reopen(partition: number): void {
    if (!this.#assigned.has(partition) || this.#stop.signal.aborted) return;
    this.#pause(partition);
    this.#assigned.set(partition, this.#open(partition));
  }

  /** Tells Kafka how far was committed, for the usual lag tools alone. */
  report(partition: number, position: number): void {
    this.#reports.add(partition, position);
  }

  /** Delivers nothing more, and stays in the group: so what is held can be landed as its owner. */
  quiesce(): void {
    this.#stop.abort();
    for (const [partition, { feed }] of this.#assigned) {
      this.#pause(partition);
      feed?.close();
    }
  }

  /** Leaves the group, after Kafka was told what was committed last. */
  async stop(): Promise<void> {
    this.#stop.abort();
    // kafkajs that is stopped while it joins takes that for a failure, and joins again.
    await this.#joining.catch(() => {});
    await this.#reports.settled();
    await this.#consumer.disconnect();
  }

  #onJoin({ payload }: ConsumerGroupJoinEvent): void {
    const now = new Set(payload.memberAssignment[this.#options.topic] ?? []);
    for (const partition of [...this.#assigned.keys()]) {
      if (now.has(partition)) continue;
      this.#assigned.delete(partition);
      this.#owner.revoked(partition);
    }
    for (const partition of now) {
      const feed = this.#assigned.get(partition)?.feed;
      // In the listener itself: kafkajs fetches right after it.
      if (feed !== undefined) this.#seek(partition, feed);
      else {
        this.#pause(partition);
        if (!this.#assigned.has(partition)) this.#assigned.set(partition, this.#open(partition));
      }
    }
    this.joined = true;
    this.#alive();
    this.#options.log.info(`Assigned ${now.size} partitions of ${this.#options.topic}`, {
      partitions: [...now].sort((a, b) => a - b).join(",") || "none",
    });
  }

  #open(partition: number): Assigned {
    const assigned: Assigned = {
      opened: this.#owner.open(partition).then((feed) => {
        if (this.#assigned.get(partition) !== assigned || this.#stop.signal.aborted) {
          return feed.close();
        }
        assigned.feed = feed;
        this.#seek(partition, feed);
        this.#tell(() => this.#consumer.resume(this.#only(partition)));
      }).catch((error) => {
        if (this.#assigned.get(partition) === assigned) this.#owner.failed(error);
      }),
    };
    return assigned;
  }

  async #take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    this.#alive();
    const { partition } = batch;
    const assigned = this.#assigned.get(partition);
    if (assigned === undefined || this.#stop.signal.aborted) return;
    await this.#beating(assigned.opened, heartbeat);
    const { feed } = assigned;
    if (feed === undefined) return;
    // kafkajs has the offset that it asked for, its types do not.
    const fetched = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    if (fetched !== feed.next) {
      await this.#passGap(partition, feed);
      return;
    }
    const gone = new AbortController();
    const pushed = feed.push(batch.messages, Number(batch.lastOffset()) + 1, gone.signal);
    try {
      await this.#beating(pushed, heartbeat);
    } catch (error) {
      // A rebalance: the rest is fetched again, by us or by another.
      gone.abort();
      await pushed;
      throw error;
    }
    resolveOffset(batch.lastOffset());
  }

  /** A fetch held nothing but aborted messages or control records: the position moves all the same. */
  #passOver({ partition, firstOffset, lastOffset }: PassedBatch): void {
    const feed = this.#assigned.get(partition)?.feed;
    if (feed === undefined || Number(lastOffset) < feed.next) return;
    const next = Number(lastOffset) + 1;
    if (Number(firstOffset) === feed.next) void feed.push([], next);
    else {
      // Compaction leaves gaps; but a lost range must not be passed over in silence.
      this.#owner.checkGap(partition, feed.next)
        .then(() => feed.push([], next))
        .catch((error) => this.#owner.failed(error));
    }
  }

  async #passGap(partition: number, feed: PartitionFeed): Promise<void> {
    try {
      await this.#owner.checkGap(partition, feed.next);
      this.#seek(partition, feed);
    } catch (error) {
      this.#pause(partition);
      this.#owner.failed(error);
    }
  }

  /** Waits for work and keeps our place in the group meanwhile. */
  async #beating(work: Promise<unknown>, heartbeat: () => Promise<void>): Promise<void> {
    let settled = false;
    const done = work.finally(() => settled = true);
    while (!settled) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const pause = new Promise((resolve) => timer = setTimeout(resolve, HEARTBEAT));
      try {
        await Promise.race([done, pause]);
      } finally {
        clearTimeout(timer);
      }
      if (!settled) await heartbeat();
      this.#alive();
    }
    await done;
  }

  #seek(partition: number, feed: PartitionFeed): void {
    const { topic } = this.#options;
    this.#tell(() => this.#consumer.seek({ topic, partition, offset: String(feed.next) }));
  }

  #pause(partition: number): void {
    this.#tell(() => this.#consumer.pause(this.#only(partition)));
  }

  #only(partition: number): { topic: string; partitions: number[] }[] {
    return [{ topic: this.#options.topic, partitions: [partition] }];
  }

  /** While kafkajs starts again it takes no word; the join that follows says it all once more. */
  #tell(word: () => void): void {
    try {
      word();
    } catch (error) {
      if (!/not initialized/.test(String(error))) throw error;
    }
  }

  #alive(): void {
    this.lastActivity = performance.now();
  }
}

interface PassedBatch {
  partition: number;
  firstOffset: string | null;
  lastOffset: string;
}
