/**
 * Staging that retries by itself, as a warehouse does: each call runs on a session, and again on a
 * new one if that session is lost. Landing is not part of it, because it has to know whether an
 * earlier try may have committed.
 */
import type { StagingBooks } from "./books.ts";
import type { DaysRepository } from "./days.ts";
import type { AttemptsRepository } from "./ledger.ts";
import type { PruneRepository } from "./prune.ts";
import type { RejectedRepository } from "./rejected.ts";
import type { StagingRepository } from "./repository.ts";
import type { SourcesRepository } from "./sources.ts";
import type { Schema } from "../migrations/migration.ts";

export interface RetriedStaging
  extends Pick<StagingRepository, "schema" | "days" | "prune" | "books" | "sources" | "rejected"> {
  /** To be read: what writes it holds a lock, which another session would not have. */
  readonly ledger: AttemptsRepository;
}

/** Runs work on a session of staging, several times if necessary. */
export type RunOnStaging = <T>(work: (staging: StagingRepository) => Promise<T>) => Promise<T>;

/** The ports whose calls can be repeated. */
export function retriedStaging(run: RunOnStaging): RetriedStaging {
  const schema: Schema = {
    hasSchema: () => run(({ schema }) => schema.hasSchema()),
    migrate: () => run(({ schema }) => schema.migrate()),
    checkSchema: (access) => run(({ schema }) => schema.checkSchema(access)),
  };
  const days: DaysRepository = {
    staged: (range) => run(({ days }) => days.staged(range)),
    recordDumps: (dumps) => run(({ days }) => days.recordDumps(dumps)),
    snapshot: (day, work) => run(({ days }) => days.snapshot(day, work)),
  };
  const prune: PruneRepository = {
    measured: (day) => run(({ prune }) => prune.measured(day)),
    prune: (day, at, judge) => run(({ prune }) => prune.prune(day, at, judge)),
    prunedDays: () => run(({ prune }) => prune.prunedDays()),
    pruneLedger: (before, dryRun) => run(({ prune }) => prune.pruneLedger(before, dryRun)),
  };
  const books: StagingBooks = {
    snapshot: (work) => run(({ books }) => books.snapshot(work)),
  };
  const sources: SourcesRepository = {
    list: () => run(({ sources }) => sources.list()),
    retire: (parts) => run(({ sources }) => sources.retire(parts)),
    readPartitions: () => run(({ sources }) => sources.readPartitions()),
  };
  const rejected: RejectedRepository = {
    list: (filter, below) => run(({ rejected }) => rejected.list(filter, below)),
    find: (id) => run(({ rejected }) => rejected.find(id)),
    bytesOf: (id, at) => run(({ rejected }) => rejected.bytesOf(id, at)),
    missing: (ids) => run(({ rejected }) => rejected.missing(ids)),
    newest: () => run(({ rejected }) => rejected.newest()),
    candidates: (selection, after, newest) =>
      run(({ rejected }) => rejected.candidates(selection, after, newest)),
    replay: (ids, judge) => run(({ rejected }) => rejected.replay(ids, judge)),
  };
  const ledger: AttemptsRepository = {
    attempts: (partitions) => run(({ ledger }) => ledger.attempts(partitions)),
  };
  return { schema, days, prune, books, sources, rejected, ledger };
}
