/**
 * What both ends know of a day, from their records (contract, section 9): it costs what the days cost,
 * never what their rows do.
 */
import type { DatasetName } from "../events/dataset.ts";

/** Rows of a day that come from one source partition. */
export interface SourceRows {
  source: string;
  partition: number;
  rows: number;
}

/** What staging knows of a day of a dataset. */
export interface StagedFacts {
  /** Rows landed, replayed ones too. */
  landed: number;
  /** The same by source partition, without those that a replay landed. */
  sources: readonly SourceRows[];
  /** The last dump; undefined where none is recorded. */
  dump: DumpFacts | undefined;
  /** What was taken out of staging; undefined where nothing was. `landed` is with it. */
  pruned?: PrunedFacts | undefined;
}

/** What `prune` took out of staging. */
export interface PrunedFacts {
  rows: number;
  /** UTC. */
  prunedAt: Temporal.PlainDateTime;
}

/** A dump, as staging recorded it. */
export interface DumpFacts {
  sha256: string;
  rows: number;
  /** Rows of the day that were in staging then, before one per object_id. */
  stagedRows: number;
  sources: readonly SourceRows[];
  /** UTC. */
  createdAt: Temporal.PlainDateTime;
  complete: boolean | null;
}

/** The load that stands for a day of a dataset, as the warehouse recorded it. */
export interface LoadFacts {
  loadId: string;
  sha256: string;
  rows: number;
  refused: number;
  /** Of its dump; undefined where an older version loaded it. */
  stagedRows: number | undefined;
  /** UTC. */
  loadedAt: Temporal.PlainDateTime;
  /** It stands again, as a later load of the day, of another file, was undone. */
  isRestored: boolean;
}

/** The mart of a day. */
export interface BuildFacts {
  /** Undefined where an older version built it, which recorded nothing else. */
  record: BuildRecord | undefined;
  rows: number;
  /** UTC. */
  builtAt: Temporal.PlainDateTime;
}

/** What a core or a mart was built from. */
export interface BuildOrigin {
  buildId: string;
  loads: Readonly<Record<DatasetName, string>>;
  /** Currencies whose rate is another one now, or is there now and was not. */
  changedRates: readonly number[];
}

/** What a mart was built from. */
export interface BuildRecord extends BuildOrigin {
  statuses: readonly string[];
  /** Undefined: all. */
  types: readonly string[] | undefined;
  /** Currencies that were left out for want of a rate. */
  leftOut: number;
}

/** The core of a day. */
export interface CoreFacts {
  /** Undefined where the first build of the day broke off. Then the next two are null. */
  record: BuildOrigin | undefined;
  /** Facts of transactions. */
  rows: number | null;
  /** UTC. */
  builtAt: Temporal.PlainDateTime | null;
  /** A build of it is running, or broke off between its tables: nobody knows what stands. */
  unfinished: boolean;
}

/** What the warehouse knows of a day. */
export interface WarehouseDay {
  day: Temporal.PlainDate;
  loads: Readonly<Record<DatasetName, LoadFacts | undefined>>;
  /** A swap that was begun, and of which nobody knows what came. */
  unfinished: { dataset: DatasetName; isUndo: boolean } | undefined;
  core: CoreFacts | undefined;
  mart: BuildFacts | undefined;
}

/** What both ends know of it. */
export interface DayFacts extends WarehouseDay {
  staged: Readonly<Record<DatasetName, StagedFacts>>;
}
