/**
 * A member of the consumer group that survives outages: joins the group, keeps its place while work
 * is waited for, and leaves the group. {@link MemberHandlers} gets what is fetched.
 */
import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { orAborted } from "../../runtime/aborted.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import { retrying } from "../../runtime/retry.ts";
import { type ConsumerOptions, SESSION_TIMEOUT } from "../topic/topic.ts";
import { asKafkaFailure } from "./failure.ts";
import { replaceFetchDecoding } from "./fetch_decoding.ts";
import { JoinNotice } from "./join_notice.ts";
import { Membership } from "./membership.ts";
import { OffsetReports } from "./offset_reports.ts";

/** What a member needs to know about its topic, besides the options of its consumer. */
export interface MemberOptions extends ConsumerOptions {
  topic: string;
  /** How messages name the cluster. */
  cluster: string;
  /** Asks Kafka once for the ids of the group's members. */
  members(): Promise<readonly string[]>;
}

/** Reads what the member fetches. */
export interface MemberHandlers {
  /** The group gave us these partitions. In the listener itself: kafkajs fetches right after it. */
  joined(partitions: number[]): void;
  /** What was fetched of one of them. */
  take(payload: EachBatchPayload): Promise<void>;
}

/** Milliseconds between two heartbeats while work is waited for. */
const HEARTBEAT = 1000;
/** A group is joined again for as long as it takes. */
const JOIN_RETRY = { retryFor: Infinity, firstDelay: 200, longestDelay: 5000 };
/** kafkajs also waits so long after a join, when no position is known yet. */
const MAX_WAIT = 200;
/**
 * Bytes that a fetch waits for, for each of the topic's partitions. It asks for all of them and is
 * answered for all of them, so that with a thousand an answer costs more than the few messages in it.
 */
const LEAST_FETCHED = 64;
/** Bytes of one answer, of all partitions: it is held until all of it was read. */
const MOST_FETCHED = 4 * 1024 * 1024;
/**
 * Batches that are taken side by side, one of a partition; more than the topic has partitions. A batch
 * that kafkajs 2.2.4 queues in the very moment in which its last worker ends is not taken before the
 * next one comes (workerQueue.js, worker.js): its fetcher waits, and a rebalance waits for the fetcher,
 * perhaps for ever. A worker that had nothing to do has ended long before, and starts again.
 */
const LEAST_WORKERS = 64;

export class GroupMember {
  /** When kafkajs did something last, on the clock of performance.now. */
  lastActivity = performance.now();
  /** The group gave us an assignment, perhaps an empty one. */
  joined = false;

  readonly #consumer: Consumer;
  readonly #options: MemberOptions;
  readonly #handlers: MemberHandlers;
  readonly #reports: OffsetReports;
  readonly #membership: Membership;
  readonly #notice: JoinNotice;
  /** Aborted when nothing more is to be delivered. */
  readonly #stop = new AbortController();
  /** Settles when kafkajs has joined, or failed to. */
  #joining = Promise.resolve();
  /** Told why kafkajs has given up. */
  #onCrash: (error: unknown) => void = () => {};

  constructor(kafka: Kafka, options: MemberOptions, handlers: MemberHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    const { topic, members, sessionTimeout = SESSION_TIMEOUT, partitions = 0 } = options;
    replaceFetchDecoding();
    this.#membership = new Membership({ sessionTimeout, members });
    this.#notice = new JoinNotice(options.group, sessionTimeout, options.log);
    this.#consumer = kafka.consumer({
      groupId: options.group,
      sessionTimeout,
      // A rebalance is noticed by a heartbeat: not much later than it begins.
      heartbeatInterval: sessionTimeout / 10,
      maxWaitTimeInMs: options.maxWait ?? MAX_WAIT,
      minBytes: LEAST_FETCHED * Math.max(1, partitions),
      maxBytes: MOST_FETCHED,
      metadataMaxAge: options.metadataAge ?? 30_000,
      allowAutoTopicCreation: false,
      readUncommitted: false,
      // kafkajs itself gives up on some failures that pass, such as an absent coordinator.
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    this.#reports = new OffsetReports(this.#consumer, topic, options.log);
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? [];
      this.#membership.joined(payload.memberId);
      this.#reports.assigned(partitions);
      handlers.joined(partitions);
      this.#notice.joined();
      this.joined = true;
      this.#alive();
    });
    this.#consumer.on(events.REBALANCING, () => {
      this.joined = false;
      if (!this.isStopped) this.#notice.begin();
    });
    this.#consumer.on(events.FETCH_START, () => {
      this.#reports.fetching();
      if (!this.isStopped && this.#membership.isLost()) void this.#giveUp();
    });
    this.#consumer.on(events.FETCH, () => this.#alive());
    this.#consumer.on(events.HEARTBEAT, () => {
      this.#membership.heard();
      this.#alive();
    });
    this.#consumer.on(events.CRASH, ({ payload }) => this.#onCrash(payload.error));
  }

  /** True once nothing more is to be delivered. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /**
   * Joins the group and delivers until it is stopped, through outages.
   *
   * @throws FinpipeError for what does not pass by itself
   */
  async run(): Promise<void> {
    const { cluster, log } = this.#options;
    const { signal } = this.#stop;
    let hasJoined = false;
    this.#notice.begin();
    try {
      await retrying(async () => {
        const error = await this.#untilCrash();
        if (signal.aborted) return;
        hasJoined = this.joined;
        this.joined = false;
        throw asKafkaFailure(error, cluster);
      }, {
        ...JOIN_RETRY,
        signal,
        log,
        next: "joining the group again",
        hasRecovered: () => hasJoined,
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#notice.end();
    }
  }

  /** Delivers nothing more, and stays in the group. */
  quiesce(): void {
    this.#notice.end();
    this.#stop.abort();
  }

  /** Leaves the group, after Kafka was told what was committed last. */
  async leave(): Promise<void> {
    this.#stop.abort();
    // If kafkajs is stopped while it joins, it takes that for a failure and joins again.
    await this.#joining.catch(() => {});
    await this.#reports.settled();
    await this.#consumer.disconnect();
  }

  /** Reports the committed positions to Kafka, only for the usual lag tools. */
  report(partition: number, position: number): void {
    this.#reports.add(partition, position);
  }

  seek(partition: number, position: number): void {
    const { topic } = this.#options;
    this.#tell(() => this.#consumer.seek({ topic, partition, offset: String(position) }));
  }

  pause(partition: number): void {
    this.#tell(() => this.#consumer.pause(this.#only(partition)));
  }

  resume(partition: number): void {
    this.#tell(() => this.#consumer.resume(this.#only(partition)));
  }

  /**
   * Waits for work and keeps our place in the group meanwhile.
   *
   * @param heartbeat of the batch that is held; throws where there is a rebalance
   */
  async beating(work: Promise<unknown>, heartbeat: () => Promise<void>): Promise<void> {
    let settled = false;
    const done = work.finally(() => settled = true);
    // If a heartbeat fails first, nobody waits for the work.
    done.catch(() => {});
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

  /** Joins and delivers until kafkajs gives up; why it did. Returns early when it is stopped. */
  async #untilCrash(): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#onCrash = resolve;
    this.#joining = this.#join();
    this.#joining.catch(resolve);
    return await orAborted(promise, this.#stop.signal).catch(() => undefined);
  }

  /**
   * Makes kafkajs end as after a crash: the current batch is finished, then the member joins the
   * group again.
   */
  async #giveUp(): Promise<void> {
    // Not in the listener itself: fetchers that kafkajs starts after this one would never end.
    await Promise.resolve();
    await this.#consumer.disconnect().catch(() => {});
    const { group } = this.#options;
    this.#onCrash(new FinpipeError("unreachable", `Group ${group} has removed this member`));
  }

  async #join(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#options.topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: Math.max(
        LEAST_WORKERS,
        (this.#options.partitions ?? 0) + 1,
      ),
      eachBatch: async (payload) => {
        this.#alive();
        await this.#handlers.take(payload);
      },
    });
  }

  #only(partition: number): { topic: string; partitions: number[] }[] {
    return [{ topic: this.#options.topic, partitions: [partition] }];
  }

  /**
   * While kafkajs restarts it accepts no offsets; they are sent again after the join that follows.
   */
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
