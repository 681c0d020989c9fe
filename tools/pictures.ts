/**
 * Writes down what the migrations of staging and of the warehouses make, for a test and for `doctor` to
 * compare with: `deno task pictures`. Vertica's is that of the test server.
 */
import { readSettings } from "../lib/config/settings.ts";
import type { VerticaSettings } from "../lib/config/vertica_settings.ts";
import { migrate } from "../lib/migrations/migrate.ts";
import { openEmbeddedSession } from "../lib/postgres/embedded.ts";
import { pictureOf } from "../lib/postgres/picture.ts";
import { PostgresStaging } from "../lib/staging/postgres/staging.ts";
import { EmbeddedWarehouse } from "../lib/warehouse/embedded/warehouse.ts";
import { openVerticaSession } from "../lib/warehouse/vertica/connection/session.ts";
import { pictureOf as verticaPictureOf } from "../lib/warehouse/vertica/inspect/picture.ts";
import { MIGRATIONS, VerticaMigrations } from "../lib/warehouse/vertica/migrations.ts";
import { VerticaScope } from "../lib/warehouse/vertica/scope.ts";
import { startVerticaServer } from "../tests/vertica-server/server.ts";

const ROOT = new URL("..", import.meta.url);
const SCHEMAS = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
const now = () => Temporal.Now.instant();

const folder = await Deno.makeTempDir();
const session = await openEmbeddedSession(folder);
try {
  await new PostgresStaging(session).schema.migrate();
  await new EmbeddedWarehouse(session, { ...SCHEMAS, now }).migrate();
  const of = "as sql/postgres/picture.sql tells it";
  await write("sql/staging/picture.txt", of, await pictureOf(session, ["stg", "finpipe"]));
  const schemas = Object.values(SCHEMAS);
  await write("sql/warehouse/embedded/picture.txt", of, await pictureOf(session, schemas));
} finally {
  await session.close();
  await Deno.remove(folder, { recursive: true });
}

await using server = await startVerticaServer({ auth: "trust" });
const vertica = await settingsOf(server.url);
const connect = () => openVerticaSession(vertica, { label: "finpipe:pictures" });
const asked = await connect();
try {
  const scope = new VerticaScope({ session: asked, schemas: SCHEMAS, now, connect });
  await migrate(new VerticaMigrations(scope), MIGRATIONS);
  const of = "as sql/warehouse/vertica/shape_*.sql tell it of the test server";
  await write("sql/warehouse/vertica/picture.txt", of, await verticaPictureOf(scope));
} finally {
  await asked.close();
}

async function settingsOf(url: string): Promise<VerticaSettings> {
  const env = (name: string) => name === "FINPIPE_VERTICA_URL" ? url : undefined;
  const settings = await readSettings({ env, flags: {} }, { warehouse: true });
  if (settings.warehouse?.kind !== "vertica") throw new Error(`${url} names no server`);
  return settings.warehouse.vertica;
}

async function write(path: string, of: string, picture: readonly string[]): Promise<void> {
  const lines = [`# What the migrations make, ${of}: deno task pictures`, ...picture];
  await Deno.writeTextFile(new URL(path, ROOT), `${lines.join("\n")}\n`);
}
