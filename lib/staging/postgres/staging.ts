/** {@link StagingRepository} on PostgreSQL, a server or the embedded engine. */
import type { SqlSession } from "../../postgres/session.ts";
import type { DaysRepository } from "../days.ts";
import type { LandingRepository } from "../landing.ts";
import type { StagingLocks } from "../locks.ts";
import type { RejectedRepository } from "../rejected.ts";
import type { StagingRepository } from "../repository.ts";
import type { StagingSchema } from "../schema.ts";
import type { SourcesRepository } from "../sources.ts";
import type { TopicPositions } from "../topics.ts";
import { PostgresDays } from "./days.ts";
import { PostgresLanding } from "./landing.ts";
import { PostgresLocks } from "./locks.ts";
import { checkSchema, hasSchema, migrate } from "./migrations.ts";
import { PostgresRejected } from "./rejected.ts";
import { PostgresSources } from "./sources.ts";
import { PostgresTopics } from "./topics.ts";

export class PostgresStaging implements StagingRepository {
  readonly schema: StagingSchema;
  readonly landing: LandingRepository;
  readonly topics: TopicPositions;
  readonly locks: StagingLocks;
  readonly sources: SourcesRepository;
  readonly rejected: RejectedRepository;
  readonly days: DaysRepository;
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
    this.schema = {
      hasSchema: () => hasSchema(session),
      migrate: () => migrate(session),
      checkSchema: () => checkSchema(session),
    };
    this.landing = new PostgresLanding(session, locks);
    this.topics = new PostgresTopics(session);
    this.locks = locks;
    this.sources = new PostgresSources(session);
    this.rejected = new PostgresRejected(session);
    this.days = new PostgresDays(session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#onDispose?.();
    if (this.#owned) await this.#session.close();
  }
}
