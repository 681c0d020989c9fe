/** {@link StagingInspection} of a PostgreSQL server. */
import missingRightsSql from "../../../sql/staging/missing_rights.sql" with { type: "text" };
import serverFactsSql from "../../../sql/staging/server_facts.sql" with { type: "text" };
import * as v from "valibot";
import { checkTables } from "../../migrations/migrate.ts";
import { isSameBackend } from "../../postgres/backend.ts";
import { select, selectOne } from "../../postgres/run.ts";
import { openServerSession } from "../../postgres/server.ts";
import { imposedSettings } from "../../postgres/session_settings.ts";
import type { SqlSession } from "../../postgres/session.ts";
import type { PostgresSettings } from "../../config/postgres_url.ts";
import { isKind } from "../../runtime/errors.ts";
import { retrying, type RetryOptions } from "../../runtime/retry.ts";
import { boolean, decimal, text } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import { MIGRATIONS, PostgresMigrations } from "./migrations.ts";
import type {
  ImposedSetting,
  MissingRight,
  ServerFacts,
  StagingInspection,
} from "../inspection.ts";
import type { ReadPartition } from "../sources.ts";
import { PostgresSources } from "./sources.ts";
import { missingParts } from "./tables.ts";

const serverFacts = query("staging/server_facts", serverFactsSql, {
  version: text,
  role: text,
  clock: v.pipe(
    decimal,
    v.transform((seconds) =>
      Temporal.Instant.fromEpochMilliseconds(Math.round(Number(seconds) * 1000))
    ),
  ),
  readOnly: boolean,
});

const missingRights = query("staging/missing_rights", missingRightsSql, {
  right: text,
  grant: text,
});

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
    const facts = await selectOne(this.#session, serverFacts);
    return { major: Math.floor(this.#session.serverVersion / 10_000), ...facts };
  }

  async missingRights(): Promise<MissingRight[]> {
    return await select(this.#session, missingRights);
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
