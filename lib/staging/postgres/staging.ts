/** {@link StagingRepository} on PostgreSQL, a server or the embedded engine. */
import { schemaOf } from "../../migrations/migrate.ts";
import type { Schema } from "../../migrations/migration.ts";
import type { SqlSession } from "../../postgres/session.ts";
import type { StagingBooks } from "../books.ts";
import type { DaysRepository } from "../days.ts";
import type { LandingRepository } from "../landing.ts";
import type { LedgerRepository } from "../ledger.ts";
import type { StagingLocks } from "../locks.ts";
import type { PruneRepository } from "../prune.ts";
import type { RejectedRepository } from "../rejected.ts";
import type { StagingRepository } from "../repository.ts";
import type { SourcesRepository } from "../sources.ts";
import type { TopicPositions } from "../topics.ts";
import { PostgresBooks } from "./books.ts";
import { PostgresDays } from "./days.ts";
import { PostgresLanding } from "./landing.ts";
import { PostgresLedger } from "./ledger.ts";
import { PostgresLocks } from "./locks.ts";
import { MIGRATIONS, PostgresMigrations } from "./migrations.ts";
import { PostgresPrune } from "./prune.ts";
import { PostgresRejected } from "./rejected.ts";
import { PostgresSources } from "./sources.ts";
import { PostgresTopics } from "./topics.ts";

export class PostgresStaging implements StagingRepository {
  readonly schema: Schema;
  readonly landing: LandingRepository;
  readonly topics: TopicPositions;
  readonly locks: StagingLocks;
  readonly sources: SourcesRepository;
  readonly rejected: RejectedRepository;
  readonly days: DaysRepository;
  readonly prune: PruneRepository;
  readonly ledger: LedgerRepository;
  readonly books: StagingBooks;
  readonly #session: SqlSession;
  readonly #owned: boolean;
  readonly #onDispose: (() => void) | undefined;

  /**
   * @param owned the session ends with this repository @default false
   * @param onDispose called when the repository is disposed of
   */
  constructor(
    session: SqlSession,
    { owned = false, onDispose }: { owned?: boolean; onDispose?: () => void } = {},
  ) {
    this.#session = session;
    this.#owned = owned;
    this.#onDispose = onDispose;
    const locks = new PostgresLocks(session);
    this.schema = schemaOf(new PostgresMigrations(session), MIGRATIONS);
    this.landing = new PostgresLanding(session, locks);
    this.topics = new PostgresTopics(session);
    this.locks = locks;
    this.sources = new PostgresSources(session);
    this.rejected = new PostgresRejected(session);
    this.days = new PostgresDays(session);
    this.prune = new PostgresPrune(session);
    this.ledger = new PostgresLedger(session);
    this.books = new PostgresBooks(session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#onDispose?.();
    if (this.#owned) await this.#session.close();
  }
}
