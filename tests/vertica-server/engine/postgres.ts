/** The database that the engine runs on: a PostgreSQL database of its own, with the prelude in it. */
import pg from "pg";
import { startPostgres } from "../../support/postgres/server.ts";
import { quotedWord } from "./reader.ts";
import catalog from "./prelude_catalog.sql" with { type: "text" };
import catalogOfTools from "./prelude_catalog_tools.sql" with { type: "text" };
import functions from "./prelude_functions.sql" with { type: "text" };

/** The name of the database on a server that is the engine's own. */
const OWN_DATABASE = "vertica";

export interface Home extends AsyncDisposable {
  /** Of the superuser. */
  url: string;
  /** What the roles of the engine's users begin with. */
  prefix: string;
}

/** Where the engine is to run. */
export interface HomeOptions {
  /** A folder that is kept: a server of its own, with all that was in it before. */
  data?: string | undefined;
  /** An administrator's URL: a new database on that server, dropped at the end. */
  postgresUrl?: string | undefined;
}

/** Opens or makes the database; without options on a server of its own, which is removed at the end. */
export async function openHome({ data, postgresUrl }: HomeOptions): Promise<Home> {
  if (postgresUrl !== undefined) return await onServer(postgresUrl);
  const server = await startPostgres(data === undefined ? {} : { folder: data });
  try {
    await prepare(server.url, OWN_DATABASE, "v_user_");
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url: withDatabase(server.url, OWN_DATABASE),
    prefix: "v_user_",
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function onServer(url: string): Promise<Home> {
  const key = crypto.randomUUID().slice(0, 8);
  const database = `finpipe_vertica_${key}`;
  const prefix = `fv${key}_`;
  await prepare(url, database, prefix);
  return {
    url: withDatabase(url, database),
    prefix,
    async [Symbol.asyncDispose]() {
      await withClient(url, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
        const roles = await admin.query<{ rolname: string }>(
          "SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)",
          [prefix],
        );
        for (const { rolname } of roles.rows) await admin.query(`DROP ROLE ${quotedWord(rolname)}`);
      });
    },
  };
}

/** Makes the database, and what is in it, where it is missing. */
async function prepare(url: string, database: string, prefix: string): Promise<void> {
  await withClient(url, async (admin) => {
    const found = await admin.query("SELECT FROM pg_database WHERE datname = $1", [database]);
    if (found.rowCount !== 0) return;
    await admin.query(`CREATE DATABASE ${database} TEMPLATE template0`);
    await admin.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  });
  await withClient(withDatabase(url, database), async (client) => {
    const found = await client.query("SELECT FROM pg_namespace WHERE nspname = 'v_engine'");
    if (found.rowCount !== 0) return;
    const script = functions.replaceAll("__PREFIX__", prefix) + catalog + catalogOfTools;
    await client.query(`BEGIN; ${script}; COMMIT`);
  });
}

export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
