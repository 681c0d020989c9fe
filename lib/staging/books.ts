/** The port through which staging is counted again, for an audit: all of it in one snapshot. */
import type { Conflict, DumpBook, SourceBook, SourceRows, StagedBook } from "../audit/facts.ts";
import type { DatasetName } from "../events/dataset.ts";
import type { DateRange } from "../partitions/run_date.ts";
import type { StagedDay } from "./days.ts";

/** A dump with the day and the dataset that it is of. */
export interface DumpOfDay extends DumpBook {
  dataset: DatasetName;
  day: Temporal.PlainDate;
}

/** A day of a dataset that was counted. */
export interface StagedMeasure extends Pick<StagedBook, "rows" | "objects" | "controlTotal"> {
  /** Objects whose versions differ in accounts, amount or currency. */
  conflicts: number;
}

/** Staging as one snapshot saw it. */
export interface BooksSnapshot {
  /** What the records say of the days of a range: see {@link DaysRepository.staged}. */
  staged(range: DateRange): Promise<StagedDay[]>;
  /** The last dumps of the days of a range. */
  dumps(range: DateRange): Promise<DumpOfDay[]>;
  /** The days of a range that have rows, of any dataset, in order; whatever the records say. */
  daysWithRows(range: DateRange): Promise<Temporal.PlainDate[]>;
  measure(dataset: DatasetName, day: Temporal.PlainDate): Promise<StagedMeasure>;
  /** Source partitions of which another number of rows is in staging than was landed, a few. */
  unequalSources(dataset: DatasetName, day: Temporal.PlainDate): Promise<SourceRows[]>;
  /** Objects of a day whose versions differ in accounts, amount or currency, a thousand at most. */
  conflicts(day: Temporal.PlainDate): Promise<Conflict[]>;
  /**
   * Rows of a day whose columns say something else than their payload.
   *
   * @returns undefined where a payload cannot be read
   */
  otherPayloads(dataset: DatasetName, day: Temporal.PlainDate): Promise<number | undefined>;
  /** The counters of all sources, and what is counted again. */
  sources(): Promise<SourceBook[]>;
  /** The day's partition file, as a dump would write it; the bytes are only valid during the call. */
  copyDay(
    dataset: DatasetName,
    day: Temporal.PlainDate,
    sink: (piece: Uint8Array) => void,
  ): Promise<void>;
}

export interface StagingBooks {
  /** Runs `work` on one snapshot of staging, again from its beginning if that breaks off. */
  snapshot<T>(work: (snapshot: BooksSnapshot) => Promise<T>): Promise<T>;
}
