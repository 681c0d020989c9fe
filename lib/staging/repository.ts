/**
 * Staging: what is landed, and how far each source was read (contract, section 2). Each of its ports
 * is for one kind of user; an implementation has them all on one session.
 */
import type { Schema } from "../migrations/migration.ts";
import type { StagingBooks } from "./books.ts";
import type { DaysRepository } from "./days.ts";
import type { LandingRepository } from "./landing.ts";
import type { LedgerRepository } from "./ledger.ts";
import type { StagingLocks } from "./locks.ts";
import type { PruneRepository } from "./prune.ts";
import type { RejectedRepository } from "./rejected.ts";
import type { SourcesRepository } from "./sources.ts";
import type { TopicPositions } from "./topics.ts";

/** Disposing of one ends its session. */
export interface StagingRepository extends AsyncDisposable {
  readonly schema: Schema;

  /** Lands messages. */
  readonly landing: LandingRepository;

  /** How far the partitions of topics were read. */
  readonly topics: TopicPositions;

  /** Who holds a lock that somebody waits for. */
  readonly locks: StagingLocks;

  /** All sources of landed data. */
  readonly sources: SourcesRepository;

  /** Messages that were rejected. */
  readonly rejected: RejectedRepository;

  /** What a dump reads. */
  readonly days: DaysRepository;

  /** Takes out what is old. */
  readonly prune: PruneRepository;

  /** The journal of backfills, and their lock. */
  readonly ledger: LedgerRepository;

  /** What an audit counts again. */
  readonly books: StagingBooks;
}
