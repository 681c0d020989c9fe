/**
 * The port to staging: what is landed, and how far each source was read (contract, section 2).
 */
import type { DatasetName } from "../events/dataset.ts";
import type { Moment } from "../events/values.ts";
import type { ManifestSource } from "../partitions/manifest.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { LandedBatch } from "./landed_batch.ts";
import type { StagingLocks } from "./lock_holders.ts";
import type { RejectedRepository } from "./rejected.ts";
import type { SourcesRepository } from "./sources.ts";

export type SourceKind = "kafka" | "file" | "stdin";

/** A source partition as it was committed last. */
export interface SourcePartition {
  id: number;
  kind: SourceKind;
  /** The topic, the file's real path, or `stdin`. */
  source: string;
  partition: number;
  nextPosition: number;
  watermark: Moment | null;
  /** Of a file: sha256 of its bytes before `nextPosition`. */
  digest: string | null;
  /** Position of the version that the window forgot last, `windowBase` added; -1 for none. */
  forgottenPosition: number;
  /** Of a topic: its id, null where none was seen yet. */
  topicId: string | null;
  /** What is added to positions in the window: those of a recreated topic begin anew. */
  windowBase: number;
}

/** A version that a window remembers, as it was landed. */
export interface WindowVersion {
  /** 0 for a transaction, 1 for a currency. */
  type: number;
  objectId: string;
  sentDttm: string;
  /** Grows in order of landing: `windowBase`, as it was at the landing, is added. */
  position: number;
  payload: string;
}

/** How far a partition of a topic was read. */
export interface KafkaProgress {
  /** The topic. */
  source: string;
  partition: number;
  /** UTC; null before the first version. */
  watermark: Temporal.PlainDateTime | null;
  /** Up to when all that the partition held had been landed, UTC; null where that was never seen. */
  endSeenAt: Temporal.PlainDateTime | null;
  /** Milliseconds between the greatest sent time and the watermark. */
  delay: number;
  /** When it was read last, UTC. */
  readAt: Temporal.PlainDateTime;
}

/** Rows of a day of a dataset. */
export interface StagedRows {
  /** All of them, replayed ones too, which come from no source partition. */
  total: number;
  /** Each Kafka partition; of files and stdin those that have rows of the day. */
  sources: ManifestSource[];
}

/** What stands in staging for one day, as one snapshot saw it. */
export interface DaySnapshot {
  /** Rows of the day, before one per object_id, and where they came from. */
  stagedRows(dataset: DatasetName): Promise<StagedRows>;
  /** The day's partition file, piece by piece; the bytes are only valid during the call. */
  copyDay(dataset: DatasetName, sink: (piece: Uint8Array) => void): Promise<void>;
  /**
   * The same of transactions, but an object whose versions of the day differ in accounts, amount or
   * currency has a row for each, one after the other.
   */
  copyDayApart(sink: (piece: Uint8Array) => void): Promise<void>;
  /** Every partition of a topic that staging knows, but for those that are retired. */
  kafkaProgress(): Promise<KafkaProgress[]>;
}

/** Disposing of one ends its session. */
export interface StagingRepository extends AsyncDisposable {
  /** Messages that were rejected. */
  readonly rejected: RejectedRepository;

  /** How far the partitions of topics were read. */
  readonly topics: TopicPositions;

  /** All that is landed from. */
  readonly sources: SourcesRepository;

  /** Who holds what is waited for. */
  readonly locks: StagingLocks;

  /** Whether the tables were made, by whichever version. */
  hasSchema(): Promise<boolean>;

  /** Creates or upgrades schemas and tables; returns the names of what it applied. */
  migrate(): Promise<string[]>;

  /** @throws FinpipeError of kind `configuration` where `init` was not run, or a newer one was */
  checkSchema(): Promise<void>;

  /**
   * Takes a source for this session alone.
   *
   * @throws FinpipeError of kind `locked` where another session has it
   */
  lockSource(source: string): Promise<void>;

  /** The newest partition of a source that was read before. */
  latestPartition(source: string): Promise<SourcePartition | undefined>;

  /** Notes a new partition of a source: number 0, or one more than the newest. */
  addPartition(kind: SourceKind, source: string): Promise<SourcePartition>;

  /**
   * The position that is committed, once no transaction is moving it any more.
   *
   * @throws FinpipeError of kind `locked` where one does not end within 5 seconds
   */
  nextPosition(partition: SourcePartition): Promise<number>;

  /** The versions that the partition's window remembers, in order of landing. */
  windowVersions(partition: SourcePartition): AsyncIterable<WindowVersion>;

  /**
   * Commits rows, rejected messages, counters, watermark and position in one transaction.
   *
   * @throws PositionMoved where somebody else read on from the batch's start
   * @throws RefusedData where the database refuses a row; nothing is landed then
   */
  land(batch: LandedBatch): Promise<void>;

  /** The messages, by index in their batch, whose rows the database refuses. Lands nothing. */
  findRefused(batch: LandedBatch): Promise<number[]>;

  /** Runs `work` on one snapshot of staging. */
  snapshotDay<T>(day: Temporal.PlainDate, work: (snapshot: DaySnapshot) => Promise<T>): Promise<T>;
}

/** The position is not the one that a batch began at: somebody else has read on from there. */
export class PositionMoved extends FinpipeError {
  /**
   * @param expected where the batch began
   * @param stored the position by now; the same where the topic is another one
   */
  constructor(partition: SourcePartition, readonly expected: number, readonly stored: number) {
    const { source } = partition;
    const went = `The position of ${source} went back from ${expected} to ${stored}`;
    const hint = "Nothing was landed twice; run again to go on from the position that it left";
    super(
      "locked",
      stored < expected ? went : `Another finpipe process has landed from ${source} meanwhile`,
      { hint: stored < expected ? "Run again to go on from there" : hint },
    );
  }

  /** Nobody reads backwards: staging was restored from a copy, or somebody set the position. */
  get wentBack(): boolean {
    return this.stored < this.expected;
  }
}

/** How far the partitions of topics were read. */
export interface TopicPositions {
  /** The partitions of a topic that have a position, in order. */
  list(topic: string): Promise<SourcePartition[]>;

  /**
   * Notes where partitions begin to be read; one that has a position keeps it.
   *
   * @param topicId undefined where the brokers have none
   */
  add(
    topic: string,
    starts: ReadonlyMap<number, number>,
    topicId: string | undefined,
  ): Promise<void>;

  /** Notes the topic's id for partitions of which none was known. */
  identify(ids: readonly number[], topicId: string): Promise<void>;

  /**
   * Goes on after a lost range, which is recorded. The window stays as it is.
   *
   * @param topicId of the topic as it is now; undefined where it is not known, or the same one
   * @throws PositionMoved where the position is another one by now
   */
  goOn(
    partition: SourcePartition,
    lost: { cause: string; from: number; to: number },
    position: number,
    topicId: string | undefined,
  ): Promise<void>;

  /**
   * Notes of partitions that all that they held at a time is landed, where their position says so.
   *
   * @param ends of each partition one beyond the last offset that was there
   * @param watermarkDelay milliseconds between the greatest sent time and the watermark
   * @param topicId of the topic whose ends these are; undefined where the brokers have none
   * @throws FinpipeError of kind `locked` where somebody holds what it needs for 2 seconds
   */
  markEnds(
    topic: string,
    ends: ReadonlyMap<number, number>,
    at: Temporal.Instant,
    watermarkDelay: number,
    topicId: string | undefined,
  ): Promise<void>;
}
