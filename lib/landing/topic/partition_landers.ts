/** The partitions of a topic that this process lands, each with its lander. */
import { MessageDecoder } from "../../events/message.ts";
import { orAborted } from "../../runtime/aborted.ts";
import type { CorruptBatch } from "../../sources/topic/corrupt_batch.ts";
import type {
  PartitionFeed,
  PartitionOwner,
  Topic,
  TopicConsumer,
} from "../../sources/topic/topic.ts";
import type { MakeRows } from "../../staging/batch.ts";
import { PositionMoved } from "../../staging/landing.ts";
import { type Commit, PartitionLander, type Totals } from "../partition_lander.ts";
import { sessionTimeoutOf, type TopicOptions } from "./topic_options.ts";
import { describeOpening, type LandedPartition, Landing } from "./landing.ts";
import { OffsetChecks, type OffsetChecksContext } from "./offset_checks.ts";
import { type EndsContext, PartitionEnds } from "./partition_ends.ts";
import type { Waiting } from "./stuck_watch.ts";

export interface LandersContext extends EndsContext, OffsetChecksContext {
  /** Asks once. */
  admin: EndsContext["admin"] & OffsetChecksContext["admin"];
  feed: Topic["feed"];
  makeRows: MakeRows;
  onProgress?: (totals: Totals, commit: Commit) => void;
}

export interface LandersOptions extends TopicOptions {
  topic: string;
}

/** With fewer bytes, a transaction costs more than what it lands. */
const LEAST_BATCH_BYTES = 256 * 1024;

export class PartitionLanders implements PartitionOwner {
  /** Set right after construction: the two know each other. */
  consumer!: TopicConsumer;
  readonly ends: PartitionEnds;

  /** Called when all partitions that are landed here were landed up to the ends asked for. */
  onReached: () => void = () => {};

  readonly #context: LandersContext;
  readonly #options: LandersOptions;
  readonly #landings = new Map<number, Landing>();
  readonly #checks: OffsetChecks;
  readonly #decoder = new MessageDecoder();
  /** The last opening of each partition. */
  readonly #opening = new Map<number, Promise<PartitionFeed>>();
  readonly #openingSince = new Map<number, number>();
  /** The totals of landings that have ended: their landers and windows are released. */
  readonly #ended = noTotals();
  /** The ends that are asked for. */
  #asked: ReadonlyMap<number, number> = new Map();
  readonly #stop = new AbortController();
  /** Milliseconds without an answer from Kafka after which the lag counts as unknown. */
  readonly #silenceTaken: number;
  readonly #failure = Promise.withResolvers<never>();
  /** Aborted by the first failure. */
  readonly #failed = new AbortController();

  constructor(context: LandersContext, options: LandersOptions) {
    this.#context = context;
    this.#options = options;
    this.ends = new PartitionEnds(context, options);
    this.#silenceTaken = sessionTimeoutOf(options);
    this.#checks = new OffsetChecks(context, options);
    this.#failure.promise.catch(() => {});
  }

  /** What this run read, over all partitions that it had. */
  get totals(): Totals {
    const totals = { ...this.#ended };
    for (const { lander } of this.#landings.values()) add(totals, lander.totals);
    return totals;
  }

  /** Why nothing can be landed in staging now; undefined while it can. */
  get stagingFailure(): string | undefined {
    return this.#context.staging.failure?.message ?? this.ends.stagingFailure;
  }

  /** The partitions that are landed or opened here now, with what is known of each. */
  *partitions(): Generator<LandedPartition> {
    const isKnown = this.ends.silentFor <= this.#silenceTaken;
    for (const [partition, landing] of this.#landings) {
      yield landing.describe(isKnown ? this.ends.of(partition) : undefined);
    }
    for (const [partition, since] of this.#openingSince) {
      if (!this.#landings.has(partition)) yield describeOpening(partition, since);
    }
  }

  /** Messages of its partitions that have not landed yet; undefined where one is not known. */
  get lag(): number | undefined {
    let sum = 0;
    for (const { lag } of this.partitions()) {
      if (lag === undefined) return undefined;
      sum += lag;
    }
    return sum;
  }

  /** The partitions that have something to land now, or are being opened. */
  *waiting(): Generator<Waiting> {
    for (const [partition, landing] of this.#landings) {
      if (landing.revoked) continue;
      const waited = landing.waitedFor(this.ends.of(partition)?.high ?? 0);
      // Messages that wait for others (`--linger`) are not stuck.
      const stands = waited && Math.max(0, waited - this.#options.limits.linger);
      if (stands !== undefined) yield { partition, for: stands, isOpen: true };
    }
    for (const [partition, since] of this.#openingSince) {
      if (this.#landings.get(partition)?.revoked === false) continue;
      yield { partition, for: performance.now() - since, isOpen: false };
    }
  }

  /** The work's result, or the failure of a partition if that comes first. */
  failureOr<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#failure.promise]);
  }

  /** One after the other: a partition may be lost and come back while it is being opened. */
  open(partition: number): Promise<PartitionFeed> {
    const before = this.#opening.get(partition) ?? Promise.resolve();
    const opened = before.catch(() => {}).then(() => this.#open(partition));
    this.#opening.set(partition, opened);
    this.#openingSince.set(partition, performance.now());
    const done = () => {
      if (this.#opening.get(partition) === opened) this.#openingSince.delete(partition);
    };
    opened.then(done, done);
    return opened;
  }

  async #open(partition: number): Promise<PartitionFeed> {
    const { topic, limits, watermark } = this.#options;
    // A batch of the same partition that is still being written would move the position.
    await this.#landings.get(partition)?.done;
    const { staging, makeRows, log } = this.#context;
    const position = await this.#checks.positionOf(partition);
    const lander = await PartitionLander.open(
      {
        staging,
        makeRows,
        log,
        now: this.#context.now,
        signal: this.#stop.signal,
        decoder: this.#decoder,
        onProgress: (_totals, commit) => this.#onCommit(landing, commit),
      },
      position,
      watermark,
    );
    const share = { ...limits, bytes: this.#shareOf(limits.bytes) };
    const feed = this.#context.feed(position.nextPosition, share);
    feed.flushAt = this.#endOf(partition);
    const landing = new Landing(partition, lander, feed, position.topicId);
    this.#landings.set(partition, landing);
    landing.done = lander.land(feed, limits)
      .catch((error) => this.#onFailure(landing, error))
      .finally(() => {
        add(this.#ended, lander.totals);
        this.#landings.delete(partition);
      });
    log.debug(`Reading partition ${partition} of ${topic}`, { position: position.nextPosition });
    return feed;
  }

  /** The bytes of a batch: those of all partitions together are the same however many there are. */
  #shareOf(bytes: number): number {
    const partitions = this.ends.last?.ranges.length ?? 1;
    return Math.max(LEAST_BATCH_BYTES, Math.floor(bytes / partitions));
  }

  revoked(partition: number): void {
    this.#openingSince.delete(partition);
    const landing = this.#landings.get(partition);
    if (landing === undefined) return;
    landing.revoked = true;
    landing.feed.close();
  }

  checkGap(partition: number, position: number): Promise<void> {
    return this.#checks.checkGap(partition, position, this.#topicIdOf(partition));
  }

  checkTopic(partition: number, position: number): Promise<void> {
    const checked = this.#checks.checkTopic(partition, position, this.#topicIdOf(partition));
    // It retries through outages, and must not hold up the end of a run that has failed.
    return orAborted(checked, this.#failed.signal);
  }

  async meetCorrupt(partition: number, batch: CorruptBatch): Promise<void> {
    const landing = this.#landings.get(partition);
    landing?.feed.close();
    try {
      // The position is the batch's beginning when all before it is landed.
      await landing?.done;
      await this.#checks.goPast(partition, batch);
      this.consumer.reopen(partition);
    } catch (error) {
      // Another process got the same `--from`.
      if (error instanceof PositionMoved) this.consumer.reopen(partition);
      else this.failed(error);
    }
  }

  failed(error: unknown): void {
    this.#failure.reject(error);
    this.#failed.abort(error);
  }

  /** True where all partitions, also those of other members, were landed up to the given offsets. */
  async haveReached(ends: ReadonlyMap<number, number>): Promise<boolean> {
    const { topic } = this.#options;
    this.#asked = ends;
    const stored = await this.#context.staging.run(({ topics }) => topics.list(topic));
    const positions = new Map(
      stored.map(({ partition, nextPosition }) => [partition, nextPosition]),
    );
    return [...ends].every(([partition, end]) => (positions.get(partition) ?? 0) >= end);
  }

  /** Asks once for the ends of the partitions, after noting what was landed up to those before. */
  async askEnds(): Promise<void> {
    const before = [...this.#landings].map(([partition, landing]) => {
      const { feed, topicId } = landing;
      const nextNow = () => {
        // Messages that were fetched are not lost: they are landed first. A partition that was
        // reopened checks for itself.
        const isRead = !landing.revoked && !feed.isTaking &&
          this.#landings.get(partition) === landing;
        return isRead ? feed.next : undefined;
      };
      return { partition, next: feed.next, topicId, nextNow };
    });
    const ranges = await this.ends.ask();
    try {
      if (ranges !== undefined) this.#checks.checkUnread(before, ranges);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Closes all feeds and waits until what they held is landed, or the time is over. */
  async drain(signal: AbortSignal): Promise<void> {
    for (const { feed } of this.#landings.values()) feed.close();
    const done = Promise.all([...this.#landings.values()].map((landing) => landing.done));
    const over = new Promise<never>((_resolve, reject) => {
      const giveUp = () => {
        this.#stop.abort(signal.reason);
        reject(signal.reason);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      if (signal.aborted) giveUp();
    });
    await Promise.race([done, over]);
  }

  #onCommit(landing: Landing, commit: Commit): void {
    landing.committed(this.#context.now());
    this.ends.stagingFailure = undefined;
    // The member that has the partition now commits its offset itself, and is ahead.
    if (!landing.revoked) this.consumer.report(landing.partition, landing.lander.position);
    this.#context.onProgress?.(this.totals, commit);
    const landings = [...this.#landings];
    if (landings.every(([id, { lander }]) => lander.position >= this.#endOf(id))) this.onReached();
  }

  /** What is held need not wait for the linger there. */
  #endOf(partition: number): number {
    return this.#asked.get(partition) ?? Infinity;
  }

  #onFailure(landing: Landing, error: unknown): void {
    const { partition } = landing;
    landing.feed.close();
    const fenced = error instanceof PositionMoved;
    const { log } = this.#context;
    if (!fenced && !landing.revoked) return this.failed(error);
    if (fenced && error.wentBack) {
      const { expected, stored } = error;
      log.warn(
        `The position of partition ${partition} went back from ${expected} to ${stored}, as ` +
          "after a restore of the database from a copy: reading again from there, and landing " +
          "again what is missing",
      );
    } else {
      log.info(
        `Dropped the messages of partition ${partition} that were not landed yet: another ` +
          "member has it now",
        {
          reason: fenced ? "its position has moved on" : String(error),
        },
      );
    }
    if (!landing.revoked) this.consumer.reopen(partition);
  }

  #topicIdOf(partition: number): string | null {
    return this.#landings.get(partition)?.topicId ?? null;
  }
}

function noTotals(): Totals {
  return { messages_read: 0, transactions: 0, currencies: 0, rejected: 0, duplicates: 0 };
}

function add(to: Totals, part: Totals): void {
  for (const name of Object.keys(to) as (keyof Totals)[]) to[name] += part[name];
}
