/**
 * Writes down what the migrations of staging and of the embedded warehouse make, for a test and for
 * `doctor` to compare with: `deno task pictures`.
 */
import { openEmbeddedSession } from "../lib/postgres/embedded.ts";
import { pictureOf } from "../lib/postgres/picture.ts";
import { PostgresStaging } from "../lib/staging/postgres/staging.ts";
import { EmbeddedWarehouse } from "../lib/warehouse/embedded/warehouse.ts";

const ROOT = new URL("..", import.meta.url);
const SCHEMAS = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };

const folder = await Deno.makeTempDir();
const session = await openEmbeddedSession(folder);
try {
  await new PostgresStaging(session).schema.migrate();
  await new EmbeddedWarehouse(session, { ...SCHEMAS, now: () => Temporal.Now.instant() }).migrate();
  await write("sql/staging/picture.txt", ["stg", "finpipe"]);
  await write("sql/warehouse/embedded/picture.txt", Object.values(SCHEMAS));
} finally {
  await session.close();
  await Deno.remove(folder, { recursive: true });
}

async function write(path: string, schemas: readonly string[]): Promise<void> {
  const head =
    "# What the migrations make, as sql/postgres/picture.sql tells it: deno task pictures";
  const lines = [head, ...await pictureOf(session, schemas)];
  await Deno.writeTextFile(new URL(path, ROOT), `${lines.join("\n")}\n`);
}
