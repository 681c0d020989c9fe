/** What a chain left, but for times and for numbers that a sequence skips. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import pg from "pg";
import { openEmbeddedSession } from "../../../lib/postgres/embedded.ts";

export interface ChainState {
  /** Count and hash of the rows of each table, in order of landing. */
  staging: Record<string, string>;
  /** Count and hash of the rows of each table, in any order. */
  warehouse: Record<string, string>;
  /** All tables of both ends; one that a killed process left would be seen here. */
  tables: string[];
  /** sha256 of each partition file, the manifests without `created_at` and `snapshot`, and what else lies there. */
  files: Record<string, unknown>;
}

type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** Tables of staging: columns that may differ, and the order of landing. */
const STAGING: Record<string, [table: string, differing: string[], order: string]> = {
  transactions: ["stg.transactions", ["landing_id", "source_id"], "landing_id"],
  currencies: ["stg.currencies", ["landing_id", "source_id"], "landing_id"],
  rejected: ["stg.rejected", ["id", "rejected_at"], "id"],
  sources: ["finpipe.source_partitions", ["id", "moved_at"], "id"],
};

const WAREHOUSE: Record<string, string[]> = {
  "finpipe_staging.transactions": [],
  "finpipe_staging.currencies": [],
  "finpipe_staging.loads": ["load_id", "loaded_at"],
  "finpipe_staging.load_refused": ["load_id", "refused_at"],
  "finpipe_mart.global_metrics": ["load_dt"],
  "finpipe_mart.global_metrics_left_out": ["load_dt"],
};

/** Reads what a chain left in a work dir, and in the database of its staging if that is a server's. */
export async function readState(
  { workDir, databaseUrl }: { workDir: string; databaseUrl: string | undefined },
): Promise<ChainState> {
  const session = await openEmbeddedSession(workDir);
  try {
    const embedded: Query = (sql) => session.query(sql);
    return await withStaging(databaseUrl, embedded, async (staging) => ({
      staging: await readStaging(staging),
      warehouse: await readWarehouse(embedded),
      tables: [...new Set([...await tables(staging), ...await tables(embedded)])].sort(),
      files: await readFiles(join(workDir, "partitions")),
    }));
  } finally {
    await session.close();
  }
}

async function withStaging<T>(
  url: string | undefined,
  embedded: Query,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  if (url === undefined) return await work(embedded);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(async (sql) => (await client.query(sql)).rows);
  } finally {
    await client.end();
  }
}

async function readStaging(query: Query): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for (const [name, [table, differing, order]] of Object.entries(STAGING)) {
    state[name] = await digest(query, table, differing, order);
  }
  const [row] = await query(
    `SELECT count(*)::text AS stray FROM (
       SELECT source_id FROM stg.transactions UNION ALL SELECT source_id FROM stg.currencies
     ) AS landed WHERE source_id NOT IN (SELECT id FROM finpipe.source_partitions)`,
  );
  assert.equal(row!.stray, "0", "rows of a source that is not there");
  return state;
}

async function readWarehouse(query: Query): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for (const [table, differing] of Object.entries(WAREHOUSE)) {
    state[table] = await digest(query, table, differing, "row_text");
  }
  return state;
}

async function digest(
  query: Query,
  table: string,
  differing: readonly string[],
  order: string,
): Promise<string> {
  const row = ["to_jsonb(t)", ...differing.map((column) => `'${column}'`)].join(" - ");
  const [found] = await query(
    `SELECT count(*)::text AS count, md5(string_agg(row_text, E'\\n' ORDER BY ${order})) AS hash
     FROM (SELECT *, (${row})::text COLLATE "C" AS row_text FROM ${table} AS t) AS rows`,
  );
  return `${found!.count} rows ${found!.hash}`;
}

async function tables(query: Query): Promise<string[]> {
  const rows = await query(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname IN ('stg', 'finpipe', 'finpipe_staging', 'finpipe_mart')`,
  );
  return rows.map(({ name }) => String(name));
}

async function readFiles(folder: string, root = folder): Promise<Record<string, unknown>> {
  const files: Record<string, unknown> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) Object.assign(files, await readFiles(path, root));
    else if (name.endsWith(".json")) files[relative(root, path)] = await readManifest(path);
    else if (name !== ".lock") {
      files[relative(root, path)] = createHash("sha256").update(await Deno.readFile(path))
        .digest("hex");
    }
  }
  return files;
}

async function readManifest(path: string): Promise<unknown> {
  const { created_at, snapshot, ...rest } = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual([typeof created_at, typeof snapshot], ["string", "string"]);
  return rest;
}
