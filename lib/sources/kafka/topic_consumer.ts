/**
 * Takes what a member of the group is given and pushes it into the feed of each assigned partition, in
 * order and without a gap.
 *
 * Where a partition is read from is never left to kafkajs: it is paused at each join until its
 * position is known, then sought, and a batch that was fetched at another offset is dropped. kafkajs
 * resets an offset that is out of range silently, which would jump over a lost range.
 */
import type { EachBatchPayload, Kafka } from "kafkajs";
import type { FetchedCarrier } from "./fetch_answer.ts";
import { counted } from "../../runtime/words.ts";
import { CorruptBatch } from "../topic/corrupt_batch.ts";
import { type PartitionOwner, SESSION_TIMEOUT, type TopicConsumer } from "../topic/topic.ts";
import { GroupMember, type MemberOptions } from "./group_member.ts";
import { KafkaFeed } from "./partition_feed.ts";
import { BeyondWatermark } from "./records/corrupt.ts";

/** A partition that is assigned to this member. */
interface Assigned {
  /** Set once it may be read. */
  feed?: KafkaFeed;
  opened: Promise<void>;
}

export class KafkaConsumer implements TopicConsumer {
  readonly #member: GroupMember;
  readonly #options: MemberOptions;
  readonly #owner: PartitionOwner;
  readonly #assigned = new Map<number, Assigned>();
  /**
   * Where a corrupt batch was met in each partition: a second fetch tells damage on the broker from
   * damage on the way.
   */
  readonly #suspects = new Map<number, number>();
  /** Since when nothing is sent of a partition, by the offset that was asked for. */
  readonly #silent = new Map<number, { next: number; since: number }>();

  constructor(kafka: Kafka, options: MemberOptions, owner: PartitionOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#member = new GroupMember(kafka, options, {
      joined: (partitions) => this.#onJoin(new Set(partitions)),
      take: (payload) => this.#take(payload),
    });
  }

  /** When kafkajs did something last, on the clock of performance.now. */
  get lastActivity(): number {
    return this.#member.lastActivity;
  }

  /** The partitions that may be read now. */
  get partitions(): number[] {
    return [...this.#assigned].filter(([, { feed }]) => feed !== undefined).map(([id]) => id);
  }

  /** True where each partition that is assigned may be read. */
  get isReady(): boolean {
    return this.#member.joined && this.partitions.length === this.#assigned.size;
  }

  /**
   * Joins the group and delivers until it is stopped, through outages.
   *
   * @throws FinpipeError for what does not pass by itself
   */
  run(): Promise<void> {
    return this.#member.run();
  }

  /** Opens a partition again, because another process has moved its position. */
  reopen(partition: number): void {
    if (!this.#assigned.has(partition) || this.#member.isStopped) return;
    this.#member.pause(partition);
    this.#assigned.set(partition, this.#open(partition));
  }

  /** Reports the committed positions to Kafka, only for the usual lag tools. */
  report(partition: number, position: number): void {
    this.#member.report(partition, position);
  }

  /** Delivers nothing more, and stays in the group: so what is held can be landed as its owner. */
  quiesce(): void {
    this.#member.quiesce();
    for (const [partition, { feed }] of this.#assigned) {
      this.#member.pause(partition);
      feed?.close();
    }
  }

  /** Leaves the group, after Kafka was told what was committed last. */
  stop(): Promise<void> {
    return this.#member.leave();
  }

  #onJoin(now: ReadonlySet<number>): void {
    for (const partition of [...this.#assigned.keys()]) {
      if (now.has(partition)) continue;
      this.#assigned.delete(partition);
      this.#owner.revoked(partition);
    }
    for (const partition of now) {
      const feed = this.#assigned.get(partition)?.feed;
      // At once: kafkajs fetches right after this event.
      if (feed !== undefined) this.#member.seek(partition, feed.next);
      else {
        this.#member.pause(partition);
        if (!this.#assigned.has(partition)) this.#assigned.set(partition, this.#open(partition));
      }
    }
    this.#options.log.info(`Assigned ${counted(now.size, "partition")} of ${this.#options.topic}`, {
      partitions: [...now].sort((a, b) => a - b).join(",") || "none",
    });
  }

  #open(partition: number): Assigned {
    const assigned: Assigned = {
      opened: this.#owner.open(partition).then((feed) => {
        if (!(feed instanceof KafkaFeed)) throw new Error("The feed was made by another topic");
        if (this.#assigned.get(partition) !== assigned || this.#member.isStopped) {
          return feed.close();
        }
        assigned.feed = feed;
        this.#silent.delete(partition);
        // The offsets that the previous member could not report; on an idle topic nobody else
        // would.
        this.#member.report(partition, feed.next);
        this.#member.seek(partition, feed.next);
        this.#member.resume(partition);
      }).catch((error) => {
        if (this.#assigned.get(partition) === assigned) this.#owner.failed(error);
      }),
    };
    return assigned;
  }

  async #take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    const assigned = this.#assigned.get(partition);
    if (assigned === undefined || this.#member.isStopped) return;
    if (assigned.feed === undefined) await this.#member.beating(assigned.opened, heartbeat);
    const { feed } = assigned;
    if (feed === undefined) return;
    // kafkajs has the offset that it asked for, but its types do not show it.
    const fetched = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    if (fetched !== feed.next) {
      return await this.#member.beating(this.#passGap(partition, feed), heartbeat);
    }
    const [carrier] = batch.messages as unknown as [FetchedCarrier];
    // Nothing is there, as of most of a thousand partitions in each answer.
    if (carrier.records.bytes.length === 0 && carrier.end <= fetched) {
      this.#silent.delete(partition);
      return;
    }
    if (this.#isSilent(partition, feed, carrier)) {
      const reason = `the broker sends nothing of it, though the partition reaches to ${
        carrier.end - 1
      }`;
      const silent = new CorruptBatch(feed.next, carrier.end, reason);
      this.#silent.delete(partition);
      this.#member.pause(partition);
      return await this.#member.beating(this.#owner.meetCorrupt(partition, silent), heartbeat);
    }
    const gone = new AbortController();
    const pushed = feed.push(carrier.records, gone.signal, this.#check(partition, feed, carrier));
    try {
      await this.#member.beating(pushed, heartbeat);
    } catch (error) {
      if (error instanceof CorruptBatch) {
        return await this.#member.beating(this.#meetCorrupt(partition, feed, error), heartbeat);
      }
      // A rebalance: the rest is fetched again, by us or by another.
      gone.abort();
      await pushed.catch(() => {});
      throw error;
    }
    // One fetcher of kafkajs may join again while another's answer is taken. For partitions that
    // went to another member meanwhile kafkajs has no offsets, and fails; what was opened again is
    // sought.
    if (this.#assigned.get(partition) !== assigned) return;
    if (feed.next > fetched) resolveOffset(String(feed.next - 1));
  }

  /**
   * Asks, while the messages are decoded, whether they come from the right topic: landing waits for
   * the answer.
   */
  async #check(
    partition: number,
    { next }: KafkaFeed,
    { records }: FetchedCarrier,
  ): Promise<boolean> {
    if (records.bytes.length === 0) return true;
    try {
      await this.#owner.checkTopic(partition, next);
      return true;
    } catch (error) {
      this.#member.pause(partition);
      this.#owner.failed(error);
      return false;
    }
  }

  /**
   * True where a broker has sent nothing for a session's time, though it says that there is more. A
   * broker that can no longer find the borders of batches does so, without an error.
   */
  #isSilent(partition: number, { next }: KafkaFeed, carrier: FetchedCarrier): boolean {
    const { records, end, isAnswerEmpty } = carrier;
    if (records.bytes.length > 0 || next >= end || !isAnswerEmpty) {
      this.#silent.delete(partition);
      return false;
    }
    const silence = this.#silent.get(partition);
    const now = performance.now();
    if (silence?.next !== next) {
      this.#silent.set(partition, { next, since: now });
      return false;
    }
    return now - silence.since > (this.#options.sessionTimeout ?? SESSION_TIMEOUT);
  }

  async #meetCorrupt(partition: number, feed: KafkaFeed, batch: CorruptBatch): Promise<void> {
    if (this.#suspects.get(partition) === batch.from) {
      this.#suspects.delete(partition);
      this.#member.pause(partition);
      return await this.#owner.meetCorrupt(partition, batch);
    }
    this.#suspects.set(partition, batch.from);
    // A batch that was appended while the broker answered is likely to be complete when fetched
    // again.
    const level = batch.cause instanceof BeyondWatermark ? "debug" : "warn";
    this.#options.log[level](`${batch.message}; fetching it again`, { partition });
    this.#member.seek(partition, feed.next);
  }

  async #passGap(partition: number, feed: KafkaFeed): Promise<void> {
    // A rebalance does not wait for the answer.
    const isOurs = () => this.#assigned.get(partition)?.feed === feed;
    try {
      await this.#owner.checkGap(partition, feed.next);
      if (isOurs()) this.#member.seek(partition, feed.next);
    } catch (error) {
      if (!isOurs()) return;
      this.#member.pause(partition);
      this.#owner.failed(error);
    }
  }
}
