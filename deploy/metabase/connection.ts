/** The connection to Vertica, and what Metabase sees through it. */
import type { Answer, Metabase } from "./client.ts";
import { idOf, isObject, listOf, objectOf, Refusal } from "./client.ts";
import type { Column, Field, Tables } from "./contents.ts";
import { COLUMNS, MART, NAME, TRANSACTIONS } from "./contents.ts";
import { Failure } from "./failure.ts";
import type { Surroundings } from "./surroundings.ts";
import { oldest } from "./surroundings.ts";

/** The failure where Metabase lacks the driver. */
export function noEngine(): Failure {
  return new Failure(
    "configuration",
    "Metabase does not know the engine vertica: it found no JDBC driver of Vertica when it started",
    "Put vertica-jdbc-VERSION.jar into the folder of its plugins, start it again, and run this again. " +
      "In compose.yaml that folder is plugins/: its head has the commands",
  );
}

/** The connection; one that is there is left as it is. https://www.metabase.com/docs/v0.56/api#tag/apidatabase */
export async function connect(metabase: Metabase, around: Surroundings): Promise<number> {
  const { host, port, dbname, user, password, options } = around.settings.vertica;
  const path = "/api/database";
  const aim = "look for the connection";
  const all = listOf(await metabase.get(path, aim), path, aim);
  const present = oldest(all.filter(({ name, engine }) => name === NAME && engine === "vertica"));
  if (present !== undefined) {
    const details = isObject(present.details) ? present.details : {};
    const given = { host, port, dbname, user };
    const other = Object.entries(given)
      .filter(([key, value]) => key in details && String(details[key]) !== String(value))
      .map(([key]) => `${key} ${String(details[key])}`);
    const kept = other.length === 0
      ? "there, kept as it is"
      : `there, kept as it is, which is not what METABASE_VERTICA_URL says: ${other.join(", ")}`;
    around.say(`Connection ${NAME}: ${kept}`);
    return idOf(present, path, aim);
  }
  const making = `make the connection to Vertica at ${host}:${port}`;
  // The keys are those of the driver: modules/drivers/vertica/resources/metabase-plugin.yaml in its source.
  const details = {
    host,
    port,
    dbname,
    user,
    password,
    ...(options === "" ? {} : { "additional-options": options }),
  };
  try {
    const made = await metabase.post(path, { name: NAME, engine: "vertica", details }, making);
    around.say(`Connection ${NAME}: made, to ${host}:${port}/${dbname} as ${user}`);
    return idOf(made, path, making);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 400) throw error;
    if (/\bengine\b/.test(error.said)) throw noEngine();
    const local = ["localhost", "127.0.0.1", "::1"].includes(host)
      ? `. ${host} is the machine, or the container, that Metabase runs in`
      : "";
    const hint =
      `Metabase tried it with what METABASE_VERTICA_URL says${local}. Mend it, and run this again`;
    throw new Failure("configuration", error.message, hint);
  }
}

/** Waits until Metabase has seen the mart's tables: it looks by itself once a connection is made. */
export async function tablesOf(
  metabase: Metabase,
  database: number,
  around: Surroundings,
): Promise<Tables> {
  const { settings, now, sleep } = around;
  // Without the tables that were dropped since.
  const path = `/api/database/${database}/metadata?remove_inactive=true`;
  const aim = `ask for the tables of the schema ${settings.schema}`;
  const end = now() + settings.wait * 1000;
  for (let asked = false;; await sleep(1000)) {
    const answer = objectOf(await metabase.get(path, aim), path, aim);
    const seen = listOf(answer.tables, path, aim);
    const found = tablesIn(seen, database, settings.schema);
    if (typeof found !== "string") {
      around.say(`Tables ${settings.schema}.${TRANSACTIONS} and ${settings.schema}.${MART}: seen`);
      tellOfMore(seen, around);
      return found;
    }
    if (now() >= end) {
      const schemas = [...new Set(seen.map(({ schema }) => String(schema)))].sort();
      const sees = schemas.length === 0 ? "no table" : `tables of ${schemas.join(", ")}`;
      throw new Failure(
        "failed",
        `Metabase has not seen ${found} within ${settings.wait} s; it sees ${sees}`,
        "`finpipe init` makes it, grants.sql lets the user of METABASE_VERTICA_URL read it, and " +
          "FINPIPE_MART_SCHEMA names the schema. If all of that is so, Metabase's log tells of its sync",
      );
    }
    if (!asked) {
      // A connection that was there before the tables looks for new ones once an hour.
      await metabase.post(
        `/api/database/${database}/sync_schema`,
        {},
        "have the tables looked for",
      );
      around.say("Waiting for Metabase to look for the tables");
    }
    asked = true;
  }
}

/** What of the schema is needed; or the name of what is missing. */
function tablesIn(seen: readonly Answer[], database: number, schema: string): Tables | string {
  const own = (name: string) =>
    seen.find((table) => table.schema === schema && table.name === name);
  const transactions = own(TRANSACTIONS);
  const mart = own(MART);
  if (typeof transactions?.id !== "number") return `${schema}.${TRANSACTIONS}`;
  if (typeof mart?.id !== "number") return `${schema}.${MART}`;
  const columns = Array.isArray(mart.fields) ? mart.fields.filter(isObject) : [];
  const fields: Partial<Record<Column, Field>> = {};
  for (const name of COLUMNS) {
    const column = columns.find((field) => field.name === name);
    if (typeof column?.id !== "number") return `the column ${name} of ${schema}.${MART}`;
    fields[name] = { id: column.id, baseType: String(column.base_type) };
  }
  return {
    database,
    transactions: transactions.id,
    mart: mart.id,
    fields: fields as Record<Column, Field>,
  };
}

/** Says it where the user sees more than the mart. */
function tellOfMore(seen: readonly Answer[], { settings, say }: Surroundings): void {
  const more = [...new Set(seen.map(({ schema }) => String(schema)))]
    .filter((schema) => schema !== settings.schema).sort();
  if (more.length === 0) return;
  say(
    `Warning: ${settings.vertica.user} reads more than the mart, and so do all who use this connection: ` +
      `${more.join(", ")}. A user with the role for readers of grants.sql does not`,
  );
}

/** Has the filter show the currencies that there are: https://www.metabase.com/docs/v0.56/api#tag/apifield */
export async function listCurrencies(
  metabase: Metabase,
  { fields: { currency_from: { id } } }: Tables,
  { say }: Surroundings,
): Promise<void> {
  const path = `/api/field/${id}`;
  const aim = "have the filter list the currencies";
  const field = objectOf(await metabase.get(path, aim), path, aim);
  // `search` somebody chose; the others are what Metabase makes of a number by itself.
  if (["list", "search"].includes(String(field.has_field_values))) return;
  await metabase.put(path, { has_field_values: "list" }, aim);
  say("Filter of currencies: lists them");
}
