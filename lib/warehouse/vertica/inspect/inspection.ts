/** What `doctor` looks at on a Vertica server that the warehouse is to be on; changes nothing. */
import serverFacts from "../../../../sql/warehouse/vertica/server_facts.sql" with { type: "text" };
import type { VerticaSettings } from "../../../config/vertica_settings.ts";
import { DATASET_NAMES } from "../../../events/dataset.ts";
import { checkTables } from "../../../migrations/migrate.ts";
import { retrying, type RetryOptions } from "../../../runtime/retry.ts";
import type { MissingRight, WarehouseFacts, WarehouseInspection } from "../../inspection.ts";
import * as is from "../../../sql/columns.ts";
import type { WarehouseSchemas } from "../../variables.ts";
import { MIGRATIONS, VerticaMigrations } from "../migrations.ts";
import { missingRights } from "./rights.ts";
import { VerticaScope } from "../scope.ts";
import { openVerticaSession } from "../connection/session.ts";
import { verticaQuery } from "../query.ts";
import { shapeDifferences } from "./shape.ts";

/** The server, as it says of itself. */
export const SERVER_FACTS = verticaQuery("server_facts", serverFacts, {
  version: is.text,
  userName: is.text,
  clock: is.timestamp,
});

/**
 * Connects to the server.
 *
 * @throws FinpipeError of kind `unreachable` or `configuration`
 */
export async function inspectVertica(
  vertica: VerticaSettings,
  schemas: WarehouseSchemas,
  retry: RetryOptions,
): Promise<WarehouseInspection> {
  const connect = () => openVerticaSession(vertica, { label: "finpipe:doctor" });
  const session = await retrying(connect, retry);
  // What is looked at asks for no time of ours.
  const now = () => Temporal.Instant.fromEpochMilliseconds(0);
  const scope = new VerticaScope({ session, schemas, connect, now });
  return new VerticaInspection(scope, vertica.database);
}

class VerticaInspection implements WarehouseInspection {
  readonly #scope: VerticaScope;
  readonly #database: string;

  constructor(scope: VerticaScope, database: string) {
    this.#scope = scope;
    this.#database = database;
  }

  async facts(): Promise<WarehouseFacts> {
    const scope = this.#scope;
    const { version, userName, clock } = await scope.transaction(() =>
      scope.selectOne(SERVER_FACTS)
    );
    return { version, user: userName, clock: clock.toZonedDateTime("UTC").toInstant() };
  }

  async missingRights(): Promise<MissingRight[]> {
    const { user } = await this.facts();
    return await missingRights(this.#scope, { user, database: this.#database });
  }

  checkSchema(): Promise<void> {
    return checkTables(new VerticaMigrations(this.#scope), MIGRATIONS);
  }

  async differences(): Promise<string[]> {
    const found: string[] = [];
    for (const dataset of DATASET_NAMES) {
      const differences = await shapeDifferences(this.#scope, dataset);
      found.push(...(differences ?? []).map((difference) => `${dataset}: ${difference}`));
    }
    return found;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#scope.session.close();
  }
}
