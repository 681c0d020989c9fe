/**
 * The engines that a test's one body runs on, each with staging and a warehouse behind the same
 * ports. The embedded engine is opened once a file and emptied for each test; of a server each test
 * has a database.
 */
import { join } from "node:path";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../../../lib/events/message.ts";
import { DEFAULT_WATERMARK } from "../../../lib/events/partition_window.ts";
import type { Manifest } from "../../../lib/partitions/manifest.ts";
import { partitionPaths } from "../../../lib/partitions/manifest_file.ts";
import { runOfPartition } from "../../../lib/partitions/run_date.ts";
import { cdm, type CdmReport } from "../../../lib/steps/cdm.ts";
import { dwh, type DwhReport } from "../../../lib/steps/dwh.ts";
import { dump } from "../../../lib/steps/dump.ts";
import { type LandContext, landFile, landStdin } from "../../../lib/landing/land.ts";
import type { Totals } from "../../../lib/landing/partition_lander.ts";
import { load, type LoadReport } from "../../../lib/steps/load.ts";
import { openEmbeddedSession } from "../../../lib/postgres/embedded.ts";
import { openServerSession } from "../../../lib/postgres/server.ts";
import type { SessionOptions } from "../../../lib/postgres/client.ts";
import type { SqlRow, SqlSession } from "../../../lib/postgres/session.ts";
import { readSettings } from "../../../lib/config/settings.ts";
import type { Logger } from "../../../lib/runtime/log.ts";
import { DATASET_NAMES, type DatasetName } from "../../../lib/events/dataset.ts";
import { makeCopyRows } from "../../../lib/staging/postgres/copy_rows.ts";
import { PostgresStaging } from "../../../lib/staging/postgres/staging.ts";
import { EmbeddedWarehouse } from "../../../lib/warehouse/embedded/warehouse.ts";
import { EMBEDDED_TIMERS, embeddedTest } from "./embedded_timers.ts";
import "../poisoned_pool.ts";
import { postgresTest, testDatabase } from "../postgres/database.ts";
import { recordingLog } from "../logs.ts";

export const ENGINES = ["embedded", "postgres"] as const;
export type EngineName = (typeof ENGINES)[number];

/** The clock of every test engine: after whatever the samples hold. */
export const NOW = Temporal.Instant.from("2022-10-06T09:00:00Z");

/** What a landing is given beside its source; the defaults are those of `stream`. */
export interface LandCall {
  /** Messages in a batch. @default 10000 */
  rows?: number;
  now?: Temporal.Instant;
  signal?: AbortSignal;
  maxMessageBytes?: number;
  onProgress?: (totals: Totals) => void;
}

export type EngineTest = (engine: TestEngine, t: Deno.TestContext) => Promise<void>;

/** Registers a test on engines. @default on each */
export type RegisterTest = (
  name: string,
  test: EngineTest,
  engines?: readonly EngineName[],
) => void;

/**
 * Makes the function that registers tests; called once a file, before its first test. Tests on
 * PostgreSQL are skipped by name where there is none.
 */
export function engineTests(): RegisterTest {
  const embedded = embeddedEngine();
  return (name, test, engines = ENGINES) => {
    if (engines.includes("embedded")) {
      embeddedTest(`${name} [embedded]`, async (t) => {
        await using engine = await embedded();
        await test(engine, t);
      });
    }
    if (engines.includes("postgres")) {
      postgresTest(`${name} [postgres]`, async (t) => {
        await using engine = await postgresEngine(t, embedded);
        await test(engine, t);
      }, EMBEDDED_TIMERS);
    }
  };
}

/** Opens the embedded engine before the first test of the file and removes it after the last. */
function embeddedEngine(): () => Promise<TestEngine> {
  let folder: string;
  let session: SqlSession;
  let opened = 0;
  Deno.test.beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "finpipe-embedded-" });
    session = await openEmbeddedSession(folder);
    await new PostgresStaging(session).schema.migrate();
  });
  Deno.test.afterAll(async () => {
    await session.close();
    await Deno.remove(folder, { recursive: true });
  });
  return async () => {
    await session.execute(EMPTY_STAGING);
    return await TestEngine.open("embedded", session, session, ++opened);
  };
}

/** A database of the test's own as staging, beside an embedded warehouse. */
async function postgresEngine(
  t: Deno.TestContext | string,
  embedded: () => Promise<TestEngine>,
): Promise<TestEngine> {
  await using scope = new AsyncDisposableStack();
  const beside = scope.use(await embedded());
  const database = scope.use(await testDatabase(t));
  const session = await openSession(database.url);
  scope.defer(() => session.close());
  const engine = await TestEngine.open("postgres", session, beside.warehouseSession, beside.id);
  engine.url = database.url;
  engine.owned.use(scope.move());
  return engine;
}

/** A session on the server that a URL names, without TLS. */
export async function openSession(
  url: string,
  options: Partial<SessionOptions> = {},
): Promise<SqlSession> {
  const plain = new URL(url);
  plain.searchParams.set("sslmode", "disable");
  const env = (name: string) => name === "FINPIPE_PG_URL" ? plain.href : undefined;
  const { staging } = await readSettings({ env, flags: {} }, { staging: true });
  if (staging?.kind !== "postgres") throw new Error(`${plain.href} names no server`);
  return await openServerSession(staging.postgres, {
    applicationName: "finpipe test",
    ...options,
  });
}

const EMPTY_STAGING = `
  TRUNCATE stg.transactions, stg.currencies, stg.rejected, finpipe.source_partitions,
    finpipe.lost_ranges, finpipe.landed_days, finpipe.dumps, finpipe.pruned_days, finpipe.backfills, finpipe.attempts
  RESTART IDENTITY`;

/** Both ends of an engine, the steps on them, and the log that these wrote. */
export class TestEngine implements AsyncDisposable {
  /** Of a server: the database's URL. */
  url = "";
  /** Closed with the engine. */
  readonly owned = new AsyncDisposableStack();
  readonly staging: PostgresStaging;
  readonly warehouse: EmbeddedWarehouse;
  readonly log: Logger;
  readonly #lines: string[];

  private constructor(
    readonly name: EngineName,
    readonly session: SqlSession,
    readonly warehouseSession: SqlSession,
    readonly id: number,
    /** Removed with the engine; the work dir is in it. */
    readonly folder: string,
  ) {
    this.staging = new PostgresStaging(session);
    this.warehouse = new EmbeddedWarehouse(warehouseSession, {
      stagingSchema: `staging_${id}`,
      martSchema: `mart_${id}`,
      now: () => NOW,
    });
    ({ log: this.log, lines: this.#lines } = recordingLog("info", () => NOW));
    this.owned.defer(() => Deno.remove(folder, { recursive: true }));
  }

  static async open(
    name: EngineName,
    session: SqlSession,
    warehouseSession: SqlSession,
    id: number,
  ): Promise<TestEngine> {
    // Real, as files are known by their real paths.
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "finpipe-test-" }));
    return new TestEngine(name, session, warehouseSession, id, folder);
  }

  get workDir(): string {
    return join(this.folder, "work");
  }

  /** Writes a file into the engine's folder; its path. */
  async write(name: string, data: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await Deno.writeFile(path, typeof data === "string" ? new TextEncoder().encode(data) : data);
    return path;
  }

  /** Lands a file as `stream` does. */
  land(path: string, call: LandCall = {}): Promise<Totals> {
    return landFile(this.#landContext(call), path, landOptions(call));
  }

  /** Lands a text as stdin. */
  landText(text: string, call: LandCall = {}): Promise<Totals> {
    const stdin = ReadableStream.from([new TextEncoder().encode(text)]);
    return landStdin(this.#landContext(call), stdin, landOptions(call));
  }

  dump(day: string, datasets: readonly DatasetName[] = DATASET_NAMES): Promise<Manifest[]> {
    const options = { datasets, requireComplete: false };
    return dump({ ...this.#step(), staging: this.staging }, runOf(day), options);
  }

  load(day: string, { allowShrink = false } = {}): Promise<LoadReport> {
    const options = { datasets: DATASET_NAMES, maxRejected: 0, force: false, allowShrink };
    return load({ ...this.#step(), warehouse: this.warehouse }, runOf(day), options);
  }

  dwh(day: string): Promise<DwhReport> {
    return dwh({ ...this.#step(), warehouse: this.warehouse }, runOf(day));
  }

  cdm(day: string): Promise<CdmReport> {
    const options = { statuses: ["done"], strict: false };
    return cdm({ ...this.#step(), warehouse: this.warehouse }, runOf(day), options);
  }

  /** The text of a partition file. */
  partitionFile(dataset: DatasetName, day: string): Promise<string> {
    const { data } = partitionPaths(this.workDir, dataset, Temporal.PlainDate.from(day));
    return Deno.readTextFile(data);
  }

  /** Rows of staging. */
  query(sql: string, params: readonly (string | number)[] = []): Promise<SqlRow[]> {
    return this.session.query(sql, params);
  }

  /** What was logged since the last call. */
  async logged(): Promise<string> {
    await this.log.flush();
    return this.#lines.splice(0).join("");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.owned.disposeAsync();
  }

  #landContext(call: LandCall): LandContext {
    return {
      ...this.#step(),
      connect: () => Promise.resolve(this.staging),
      makeRows: makeCopyRows,
      now: () => call.now ?? NOW,
      retryFor: 0,
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.onProgress === undefined ? {} : { onProgress: call.onProgress }),
    };
  }

  #step() {
    return { workDir: this.workDir, log: this.log, now: () => NOW, signal: NEVER };
  }
}

const NEVER = new AbortController().signal;

function landOptions({ rows = 10_000, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES }: LandCall) {
  const limits = { rows, bytes: 8 << 20, linger: 1000, maxMessageBytes };
  return { limits, watermark: DEFAULT_WATERMARK };
}

function runOf(day: string) {
  return runOfPartition(Temporal.PlainDate.from(day));
}
