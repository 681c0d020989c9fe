/**
 * The ends of the topic's partitions, asked for at intervals, and which partitions were landed up
 * to them.
 */
import { orAborted } from "../../runtime/aborted.ts";
import { FinpipeError, isKind, messageOf } from "../../runtime/errors.ts";
import type { Logger } from "../../runtime/log.ts";
import type { OffsetRange } from "../../sources/topic/offset_range.ts";
import type { TopicOffsets } from "../../sources/topic/topic.ts";
import type { StagingSessions } from "../../staging/sessions.ts";

export interface EndsContext {
  sessions: StagingSessions;
  /** Asks once. */
  admin: Pick<TopicOffsets, "ranges">;
  log: Logger;
  now(): Temporal.Instant;
  /** Asks to stop. */
  signal: AbortSignal;
}

export interface EndsOptions {
  topic: string;
  /** Milliseconds between the greatest sent time and the watermark. */
  watermark: number;
}

export class PartitionEnds {
  #last: { at: Temporal.Instant; ranges: readonly OffsetRange[] } | undefined;
  #byPartition: ReadonlyMap<number, OffsetRange> = new Map();
  /** When Kafka last told them, on the clock of performance.now. */
  answeredAt = performance.now();
  /** When it was last asked, until it answers. */
  #askedAt: number | undefined;
  /** Why Kafka did not tell them when it was last asked. */
  silence: FinpipeError | undefined;
  /** Why the last access to staging failed, unless something has landed since. */
  stagingFailure: string | undefined;

  readonly #context: EndsContext;
  readonly #options: EndsOptions;

  constructor(context: EndsContext, options: EndsOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** As they were told last, and when they were asked for. */
  get last(): { at: Temporal.Instant; ranges: readonly OffsetRange[] } | undefined {
    return this.#last;
  }

  /** @param at when they were asked for */
  told(ranges: readonly OffsetRange[], at: Temporal.Instant): void {
    this.#last = { at, ranges };
    this.#byPartition = new Map(ranges.map((range) => [range.partition, range]));
  }

  /** Whether Kafka answered when it was asked last; undefined before the first answer. */
  get isAnswered(): boolean | undefined {
    if (this.silence !== undefined) return false;
    return this.last === undefined ? undefined : true;
  }

  /** Milliseconds for which Kafka has not answered; 0 while it does. */
  get silentFor(): number {
    if (this.silence !== undefined) return performance.now() - this.answeredAt;
    return this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt;
  }

  /** What is known of a partition. */
  of(partition: number): OffsetRange | undefined {
    return this.#byPartition.get(partition);
  }

  /** Asks once, and notes what was landed up to those before; undefined where there is no answer. */
  async ask(): Promise<readonly OffsetRange[] | undefined> {
    const { admin, now, log, signal } = this.#context;
    const at = now();
    this.#askedAt = performance.now();
    let ranges: OffsetRange[] | undefined;
    try {
      ranges = await orAborted(admin.ranges(), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof FinpipeError)) throw error;
      this.silence = error;
      log.debug("Kafka did not tell the ends of the partitions", { error: this.silence.message });
      return undefined;
    } finally {
      this.#askedAt = undefined;
    }
    if (this.silence !== undefined) {
      const seconds = Math.round((performance.now() - this.answeredAt) / 1000);
      log.info(`Kafka answers again, after ${seconds} s`);
    }
    this.silence = undefined;
    this.answeredAt = performance.now();
    await this.mark();
    if (ranges !== undefined) this.told(ranges, at);
    return ranges;
  }

  /**
   * Notes which partitions, of all members, have been landed up to the ends as told last: up to all
   * that was there, and not just what could be read of it beside open transactions.
   */
  async mark(): Promise<void> {
    if (this.last === undefined) return;
    const { at, ranges } = this.last;
    const { topic, watermark } = this.#options;
    try {
      // One try: the next look comes soon.
      await this.#context.sessions.use(async ({ topics }) => {
        const ends = new Map(ranges.map(({ partition, end }) => [partition, end]));
        await topics.markEnds(topic, ends, at, watermark, ranges[0]?.topicId);
      });
      this.stagingFailure = undefined;
    } catch (error) {
      const message = messageOf(error);
      // A lock holds up only this record; if it holds up landing too, landing says so itself.
      if (!isKind(error, "locked")) this.stagingFailure = message;
      this.#context.log.debug("Could not record which partitions were read to their end", {
        error: message,
      });
    }
  }
}
