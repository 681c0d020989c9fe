/** The port through which `doctor` looks at staging's server; it changes nothing. */
import type { ReadPartition } from "./sources.ts";

/** A setting that would have another value in finpipe's sessions if finpipe did not set it. */
export interface ImposedSetting {
  name: string;
  /** With its unit. */
  value: string;
  /** Who imposes it, such as `the role`. */
  origin: string;
  /** False where finpipe cannot override it: only a superuser may set it. */
  overruled: boolean;
}

/** What the server says about itself. */
export interface ServerFacts {
  /** The major version. */
  major: number;
  /** The version in full, as in `15.8 (Debian 15.8-1)`. */
  version: string;
  /** The role that we are connected as. */
  role: string;
  clock: Temporal.Instant;
  /** A standby, or set so by its owner. */
  readOnly: boolean;
}

/** What finpipe needs on one thing and its role may not do. */
export interface MissingRight {
  /** As in `INSERT on stg.transactions`. */
  right: string;
  /** The statement that gives it, without its semicolon. */
  grant: string;
}

/** A connected server. */
export interface StagingInspection extends AsyncDisposable {
  facts(): Promise<ServerFacts>;
  missingRights(): Promise<MissingRight[]>;
  /** What role, database or server set for our sessions, and finpipe sets otherwise if it may. */
  imposedSettings(): Promise<ImposedSetting[]>;
  /** Whether a pooler gives each transaction another session: what is set for one is lost then. */
  isPooledByTransaction(): Promise<boolean>;
  /** @throws FinpipeError of kind `configuration` where `init` was not run, or a newer one was */
  checkSchema(): Promise<void>;
  /**
   * Keys, checks, indexes and NOT NULL of finpipe's that no longer exist; only for a schema that was
   * checked.
   */
  missingParts(): Promise<string[]>;
  /** Partitions of topics that are not retired; of a schema that was checked. */
  readPartitions(): Promise<ReadPartition[]>;
}
