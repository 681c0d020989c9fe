/** The connection to Vertica, and what Metabase sees through it. */
import type { Answer, Metabase } from "./client.ts";
import { idOf, isObject, listOf, objectOf, Refusal } from "./client.ts";
import type { Column, Field, Tables } from "./contents.ts";
import { COLUMNS, MART, NAME, TRANSACTIONS } from "./contents.ts";
import { Failure } from "./failure.ts";
import { once } from "./once.ts";
import type { Surroundings } from "./surroundings.ts";
import { covers, oldest } from "./surroundings.ts";

/** The failure where Metabase lacks the driver. */
export function noEngine(): Failure {
  return new Failure(
    "configuration",
    "Metabase does not know the engine vertica: it found no JDBC driver of Vertica when it started",
    "Put vertica-jdbc-VERSION.jar into the folder of its plugins, let its user write to that folder " +
      "(else it looks elsewhere), start it again, and run this again. In compose.yaml that folder is " +
      "plugins/: its head has the commands",
  );
}

/**
 * The connection; one that is there is left as it is, and tried.
 * https://www.metabase.com/docs/v0.56/api#tag/apidatabase
 */
export async function connect(metabase: Metabase, around: Surroundings): Promise<number> {
  const { host, port, dbname, user } = around.settings.vertica;
  const path = "/api/database";
  const aim = "look for the connection";
  const given = { host, port, dbname, user };
  let present: Answer | undefined;
  const { id, isNew } = await once({
    look: async () => {
      const all = listOf(await metabase.get(path, aim), path, aim)
        .filter(({ engine }) => engine === "vertica");
      // Where people renamed it, it still says where it leads, and as whom.
      return present = oldest(all.filter(({ name }) => name === NAME)) ??
        oldest(all.filter(({ details }) => covers(details, given)));
    },
    make: () => makeConnection(metabase, around),
    takeBack: (id) => metabase.delete(`${path}/${id}`, "make the connection once"),
    idOf: (found) => idOf(found, path, aim),
  });
  if (isNew) {
    around.say(`Connection ${NAME}: made, to ${host}:${port}/${dbname} as ${user}`);
    return id;
  }
  const name = String(present?.name ?? NAME);
  const other = isObject(present?.details) ? differing(present.details, given) : "";
  const differs = other === "" ? "" : `, which is not what METABASE_VERTICA_URL says: ${other}`;
  around.say(`Connection ${name}: there, kept as it is${differs}`);
  await tryConnection(metabase, id, name, differs);
  return id;
}

/** What of a connection's details is not as given, but for what it does not tell; empty where nothing is. */
function differing(details: Answer, given: Answer): string {
  return Object.entries(given)
    .filter(([key, value]) => key in details && String(details[key]) !== String(value))
    .map(([key]) => `${key} ${String(details[key])}`).join(", ");
}

async function makeConnection(metabase: Metabase, { settings }: Surroundings): Promise<number> {
  const path = "/api/database";
  const { host, port, dbname, user, password, options } = settings.vertica;
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
    const body = { name: NAME, engine: "vertica", details };
    return idOf(await metabase.post(path, body, making), path, making);
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

/**
 * Has Metabase try a connection that was there: its password, or the warehouse's address, may have changed since.
 *
 * @param differs what is said of its details, or nothing
 */
async function tryConnection(
  metabase: Metabase,
  id: number,
  name: string,
  differs: string,
): Promise<void> {
  const path = `/api/database/${id}/healthcheck`;
  const aim = `have Metabase try the connection ${name}`;
  const answer = objectOf(await metabase.get(path, aim), path, aim);
  if (answer.status === "ok") return;
  const kept = differs === "" ? "" : `. It is kept as it is${differs}`;
  throw new Failure(
    "configuration",
    `Metabase does not reach Vertica by its connection ${name}: ${metabase.said(answer)}${kept}`,
    `Mend it in Metabase, under Admin settings, Databases, ${name}, for example its password, ` +
      "and run this again: this script changes no connection",
  );
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
