/**
 * What finpipe's user must be allowed to do on a Vertica server (grants.sql), and which of these rights are missing.
 *
 * By GET_PRIVILEGES_DESCRIPTION (Vertica documentation, "Privileges and access functions"), which says
 * what the user may do whether it was granted to him, to a role of his or to all, is inherited from a
 * schema, or is an owner's. What each statement asks for: "Privileges required for common database
 * operations"; of a swap, SWAP_PARTITIONS_BETWEEN_TABLES; of a lock, LOCK TABLE.
 */
import rightsOf from "../../../../sql/warehouse/vertica/rights_of.sql" with { type: "text" };
import rightsOwned from "../../../../sql/warehouse/vertica/rights_owned.sql" with { type: "text" };
import superuser from "../../../../sql/warehouse/vertica/rights_superuser.sql" with {
  type: "text",
};
import systemTables from "../../../../sql/warehouse/vertica/system_tables.sql" with {
  type: "text",
};
import { FinpipeError, isKind } from "../../../runtime/errors.ts";
import * as is from "../../../sql/columns.ts";
import { SqlTemplate, statementsOf } from "../../../sql/template.ts";
import type { MissingRight } from "../../inspection.ts";
import { tablePath } from "../../variables.ts";
import { verticaQuery } from "../query.ts";
import type { VerticaScope } from "../scope.ts";

const RIGHTS_OF = verticaQuery("rights_of", rightsOf, { privileges: is.nullable(is.text) });
const RIGHTS_OWNED = verticaQuery("rights_owned", rightsOwned, { tableName: is.text });
const SUPERUSER = verticaQuery("rights_superuser", superuser, { isSuperUser: is.boolean });

type Rights = readonly string[];

/** What is done to the tables of staging. Of those that finpipe made itself it is the owner. */
const STAGING_TABLES: Readonly<Record<string, Rights>> = {
  migrations: ["SELECT"],
  transactions: ["SELECT", "INSERT", "TRUNCATE"],
  currencies: ["SELECT", "INSERT", "TRUNCATE"],
  transactions_lock: ["UPDATE", "DELETE"],
  currencies_lock: ["UPDATE", "DELETE"],
  loads: ["SELECT", "INSERT", "DELETE"],
  load_pending: ["SELECT", "INSERT", "DELETE"],
  load_undo: ["SELECT", "INSERT", "DELETE"],
  load_refused: ["SELECT", "INSERT", "DELETE"],
  load_origins: ["SELECT", "INSERT", "DELETE"],
  load_fingerprints: ["SELECT", "INSERT", "DELETE"],
  load_rates: ["SELECT", "INSERT", "DELETE"],
  load_undone: ["SELECT", "INSERT", "DELETE"],
  builds: ["SELECT", "INSERT", "UPDATE"],
  build_rates: ["SELECT", "INSERT", "DELETE"],
  build_changes: ["SELECT", "INSERT", "DELETE"],
  core_pending: ["SELECT", "INSERT", "DELETE"],
  core_lock: ["UPDATE", "DELETE"],
};

/** The same of core and mart. */
const MART_TABLES: Readonly<Record<string, Rights>> = {
  global_metrics: ["SELECT", "INSERT", "DELETE"],
  global_metrics_left_out: ["SELECT", "INSERT", "DELETE"],
  dim_dates: ["SELECT", "INSERT"],
  dim_currencies: ["SELECT", "INSERT"],
  dim_accounts: ["SELECT", "INSERT", "UPDATE"],
  dim_countries: ["SELECT", "INSERT"],
  dim_statuses: ["SELECT", "INSERT"],
  dim_transaction_types: ["SELECT", "INSERT"],
  fct_transactions: ["SELECT", "INSERT", "TRUNCATE"],
  fct_currency_rates: ["SELECT", "INSERT", "TRUNCATE"],
};

/** For whom, and where. */
export interface RightsOptions {
  user: string;
  database: string;
}

/** What is missing, each with the statement by which a DBA gives it; empty for a superuser. */
export async function missingRights(
  scope: VerticaScope,
  { user, database }: RightsOptions,
): Promise<MissingRight[]> {
  if (await isSuperuser(scope)) return [];
  const { stagingSchema, martSchema } = scope.schemas;
  const to = `TO ${named(user)}`;
  const missing = await unreadable(scope, to);
  const given = await privileges(scope, "database", database);
  if (given === undefined || !given.some((right) => /^TEMP/.test(right))) {
    missing.push(lack(["TEMP"], `DATABASE ${named(database)}`, to));
  }
  // FCSVPARSER lives there, and "by default, new users cannot access schema PUBLIC" (GRANT (Schema)).
  if (!(await privileges(scope, "schema", "public"))?.includes("USAGE")) {
    missing.push(lack(["USAGE"], "SCHEMA public", to));
  }
  const usable: string[] = [];
  for (const schema of new Set([stagingSchema, martSchema])) {
    const rights = await privileges(scope, "schema", schema);
    if (rights === undefined) {
      // One who may make it owns it.
      if (given?.includes("CREATE")) continue;
      const { right, grant } = lack(["USAGE", "CREATE"], `SCHEMA ${schema}`, to);
      const make = `CREATE SCHEMA IF NOT EXISTS ${schema}; ${grant}`;
      missing.push({ right: `${right}, which does not exist`, grant: make });
      continue;
    }
    const lacking = ["USAGE", "CREATE"].filter((right) => !rights.includes(right));
    if (lacking.length > 0) missing.push(lack(lacking, `SCHEMA ${schema}`, to));
    if (!lacking.includes("USAGE")) usable.push(schema.toLowerCase());
  }
  return [...missing, ...await lackingOnTables(scope, usable, to)];
}

/** Without USAGE of the schema nothing is effective on its tables, so those are not looked at. */
async function lackingOnTables(
  scope: VerticaScope,
  usable: readonly string[],
  to: string,
): Promise<MissingRight[]> {
  const { stagingSchema, martSchema } = scope.schemas;
  const owned = await ownTables(scope);
  const missing: MissingRight[] = [];
  const tables = [
    ...Object.entries(STAGING_TABLES).map((entry) => [stagingSchema, ...entry] as const),
    ...Object.entries(MART_TABLES).map((entry) => [martSchema, ...entry] as const),
  ];
  for (const [schema, name, needed] of tables) {
    const found = schema.toLowerCase();
    if (owned.has(`${found}.${name}`) || !usable.includes(found)) continue;
    const table = tablePath(schema, name);
    const rights = await privileges(scope, "table", table);
    // A table that is not there is init's to make.
    const lacking = needed.filter((right) => rights !== undefined && !rights.includes(right));
    if (lacking.length > 0) missing.push(lack(lacking, table, to));
  }
  return missing;
}

async function isSuperuser(scope: VerticaScope): Promise<boolean> {
  const found = await refusable(() => scope.transaction(() => scope.selectFirst(SUPERUSER)));
  return found?.isSuperUser === true;
}

async function ownTables(scope: VerticaScope): Promise<Set<string>> {
  const rows = await refusable(() => scope.transaction(() => scope.select(RIGHTS_OWNED))) ?? [];
  return new Set(rows.map(({ tableName }) => tableName));
}

/** System tables that the user may not read. */
async function unreadable(scope: VerticaScope, to: string): Promise<MissingRight[]> {
  const missing: MissingRight[] = [];
  for (const statement of statementsOf(systemTables)) {
    const table = /FROM (\S+)/.exec(statement)![1]!;
    const isRead = await refusable(async () => {
      await scope.commit([new SqlTemplate(statement)]);
      return true;
    });
    if (isRead === undefined) missing.push(lack(["SELECT"], table, to));
  }
  return missing;
}

/** What the user may do with an object; undefined where there is none of that name. */
async function privileges(
  scope: VerticaScope,
  kind: "database" | "schema" | "table",
  name: string,
): Promise<string[] | undefined> {
  const asked = { object_kind: kind, object_name: name };
  const rows = await refusable(() => scope.transaction(() => scope.select(RIGHTS_OF, asked)));
  if (rows === undefined) return undefined;
  // An asterisk says that it may be granted on.
  return (rows[0]?.privileges ?? "").split(",").map((right) => right.replace("*", "").trim());
}

/** Undefined where the server refuses it. */
async function refusable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FinpipeError) || isKind(error, "unreachable")) throw error;
    return undefined;
  }
}

function lack(rights: readonly string[], on: string, to: string): MissingRight {
  const list = rights.join(", ");
  return {
    right: `${list} on ${on.replace(/^[A-Z]+ /, (kind) => kind.toLowerCase())}`,
    grant: `GRANT ${list} ON ${on} ${to}`,
  };
}

/** As a statement must write it. */
function named(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
