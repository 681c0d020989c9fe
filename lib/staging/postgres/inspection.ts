/** {@link StagingInspection} of a PostgreSQL server. */
import missingRights from "../../../sql/staging/missing_rights.sql" with { type: "text" };
import serverFacts from "../../../sql/staging/server_facts.sql" with { type: "text" };
import { checkTables } from "../../migrations/migrate.ts";
import { isSameBackend } from "../../postgres/backend.ts";
import { openServerSession } from "../../postgres/server.ts";
import { imposedSettings } from "../../postgres/session_settings.ts";
import type { SqlSession } from "../../postgres/session.ts";
import type { PostgresSettings } from "../../config/postgres_url.ts";
import { isKind } from "../../runtime/errors.ts";
import { retrying, type RetryOptions } from "../../runtime/retry.ts";
import { MIGRATIONS, PostgresMigrations } from "./migrations.ts";
import type { ImposedSetting, ServerFacts, StagingInspection } from "../inspection.ts";
import type { ReadPartition } from "../sources.ts";
import { PostgresSources } from "./sources.ts";
import { missingParts } from "./tables.ts";

/**
 * Connects to the server.
 *
 * @throws FinpipeError of kind `unreachable` or `configuration`
 */
export async function inspectStaging(
  settings: PostgresSettings,
  retry: RetryOptions,
): Promise<StagingInspection> {
  const open = () => openServerSession(settings, { applicationName: "finpipe doctor" });
  return new PostgresInspection(await retrying(open, retry), open);
}

class PostgresInspection implements StagingInspection {
  readonly #session: SqlSession;
  readonly #open: () => Promise<SqlSession>;

  constructor(session: SqlSession, open: () => Promise<SqlSession>) {
    this.#session = session;
    this.#open = open;
  }

  async facts(): Promise<ServerFacts> {
    const [row] = await this.#session.query(serverFacts);
    return {
      major: Math.floor(this.#session.serverVersion / 10_000),
      version: row!.version!,
      role: row!.role!,
      clock: Temporal.Instant.fromEpochMilliseconds(Math.round(Number(row!.epoch) * 1000)),
      readOnly: row!.read_only === "t",
    };
  }

  async missingRights(): Promise<string[]> {
    const rows = await this.#session.query(missingRights);
    return rows.map(({ missing }) => missing!);
  }

  imposedSettings(): Promise<ImposedSetting[]> {
    return imposedSettings(this.#session);
  }

  async isPooledByTransaction(): Promise<boolean> {
    const other = await this.#open().catch((error) => {
      // A server that takes no second one has no pooler before it.
      if (isKind(error, "unreachable")) return undefined;
      throw error;
    });
    if (other === undefined) return false;
    try {
      return await isSameBackend(this.#session, other);
    } finally {
      await other.close();
    }
  }

  checkSchema(): Promise<void> {
    return checkTables(new PostgresMigrations(this.#session), MIGRATIONS);
  }

  missingParts(): Promise<string[]> {
    return missingParts(this.#session);
  }

  readPartitions(): Promise<ReadPartition[]> {
    return new PostgresSources(this.#session).readPartitions();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#session.close();
  }
}
