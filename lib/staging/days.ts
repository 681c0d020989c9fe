/** The port through which a day is read: one snapshot of its rows, and of how far topics were read. */
import type { DatasetName } from "../events/dataset.ts";
import type { DateRange } from "../partitions/run_date.ts";
import type { StagedFacts } from "../standing/facts.ts";
import type { ManifestSource, NewManifest } from "../partitions/manifest.ts";

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
  /** All rows, including replayed ones, which come from no source partition. */
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
   * Like {@link dump}, for transactions, but with several rows, one after another, for an object
   * whose versions of the day differ in accounts, amount or currency.
   */
  copyDayApart(sink: (piece: Uint8Array) => void): Promise<void>;
  /** Every partition of a topic that staging knows, except retired ones. */
  kafkaProgress(): Promise<KafkaProgress[]>;
  /** When the day was pruned, UTC; undefined where it was not. */
  prunedAt(): Promise<Temporal.PlainDateTime | undefined>;
}

/** A dump whose files are published, and where they are. */
export interface DumpRecord {
  manifest: NewManifest;
  host: string;
  workDir: string;
}

/** What staging knows of a day of a dataset: of one without rows, where it was dumped. */
export interface StagedDay extends StagedFacts {
  dataset: DatasetName;
  day: Temporal.PlainDate;
}

/** The days that stand in staging. */
export interface DaysRepository {
  /**
   * What is known of the days of a range, in order of day and dataset. Their source partitions are told
   * where the dump and what landed differ.
   */
  staged(range: DateRange): Promise<StagedDay[]>;

  /**
   * Records dumps of one snapshot, each in place of the one before it of its dataset and day.
   *
   * @returns false where staging may not be written: a standby, or a role that only reads
   */
  recordDumps(dumps: readonly DumpRecord[]): Promise<boolean>;

  /** Runs `work` on one snapshot of staging. */
  snapshot<T>(day: Temporal.PlainDate, work: (snapshot: DaySnapshot) => Promise<T>): Promise<T>;
}
