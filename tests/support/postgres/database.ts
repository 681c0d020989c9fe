/**
 * Databases for tests, one for each, on a real PostgreSQL: the server that FINPIPE_TEST_PG_URL names
 * (an administrator's URL), else one that is started here. `deno task test` starts one for the whole
 * run; a test file that is run alone starts its own.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import { findBinaries, missingForPostgres } from "./binaries.ts";
import { runCli } from "../cli/run_cli.ts";
import { startPostgres } from "./server.ts";
import { skippable, type TestBody } from "../skip.ts";

/** A database that is dropped when it is disposed of. */
export interface TestDatabase extends AsyncDisposable {
  /** `postgres://...`, as in FINPIPE_PG_URL. */
  url: string;
  name: string;
}

/** The administrator's URL, or why there is none. */
type Server = { url: string } | { missing: string };

const server = await findServer();

/** Why there is no PostgreSQL; undefined where there is one. */
export const POSTGRES_MISSING = "missing" in server ? server.missing : undefined;

async function findServer(): Promise<Server> {
  const url = Deno.env.get("FINPIPE_TEST_PG_URL");
  if (url !== undefined) return { url };
  const binaries = await findBinaries();
  if ("missing" in binaries) return binaries;
  // Never disposed of: the end of this process, however it ends, stops the server.
  return { url: (await startPostgres()).url };
}

/**
 * A test that needs PostgreSQL. Where there is none it is skipped, with the reason in its name;
 * under CI=true it fails instead.
 */
export function postgresTest(
  name: string,
  test: TestBody,
  options: { sanitizeOps?: boolean; sanitizeResources?: boolean } = {},
): void {
  Deno.test({ ...skippable(name, POSTGRES_MISSING, test), ...options });
}

/** A test that starts a server of its own, which FINPIPE_TEST_PG_URL is no help for. */
export async function postgresServerTest(
  name: string,
  test: TestBody,
): Promise<void> {
  Deno.test(skippable(name, await missingForPostgres(), test));
}

/** An empty database. */
export async function emptyDatabase(t: Deno.TestContext | string): Promise<TestDatabase> {
  return await createDatabase(t, "template0");
}

/**
 * A database in which `prepare` was run, as a copy of a template that is made once for each state
 * of the migrations in sql/staging.
 *
 * @param prepare gets the URL of the template; every connection that it opens it must close.
 * @default `finpipe init`
 * @param options.template name of the template. @default one by the hash of the migrations
 */
export async function testDatabase(
  t: Deno.TestContext | string,
  prepare: (url: string) => Promise<void> = initStaging,
  options: { template?: string } = {},
): Promise<TestDatabase> {
  const template = options.template ?? `finpipe_template_${await migrationsHash()}`;
  await withAdmin(async (admin) => {
    // Released with the session: other processes wait here for the one that makes the template.
    await admin.query("SELECT pg_advisory_lock(hashtext($1))", [template]);
    const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [
      template,
    ]);
    if (rowCount !== 0) return;
    const draft = `${template}_draft`;
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${draft} TEMPLATE template0`);
    await prepare(urlOf(draft));
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
  });
  return await createDatabase(t, template);
}

async function initStaging(url: string): Promise<void> {
  const workDir = await Deno.makeTempDir();
  try {
    const env = { FINPIPE_PG_URL: url, FINPIPE_WORK_DIR: workDir };
    const { code, stderr } = await runCli(["init"], { env });
    if (code !== 0) throw new Error(`Cannot prepare the template database: ${stderr}`);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

async function createDatabase(
  t: Deno.TestContext | string,
  template: string,
): Promise<TestDatabase> {
  const name = databaseName(typeof t === "string" ? t : t.name);
  await withAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    name,
    url: urlOf(name),
    async [Symbol.asyncDispose]() {
      await withAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** The test's name, so that a person sees whose it is, made unique; at most 63 bytes. */
function databaseName(test: string): string {
  const words = test.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").slice(0, 32);
  return `finpipe_${words}_${crypto.randomUUID().slice(0, 8)}`;
}

function urlOf(database: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  return url.href;
}

/** The administrator's URL of the server. */
export function adminUrl(): string {
  if ("url" in server) return server.url;
  throw new Error(`No PostgreSQL for tests: ${server.missing}; set FINPIPE_TEST_PG_URL`);
}

async function withAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function migrationsHash(): Promise<string> {
  const folder = join(import.meta.dirname!, "../../../sql/staging");
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^\d+.*\.sql$/.test(name)) names.push(name);
  }
  const hash = createHash("sha256");
  for (const name of names.sort()) {
    hash.update(name).update(await Deno.readFile(join(folder, name)));
  }
  return hash.digest("hex").slice(0, 16);
}
