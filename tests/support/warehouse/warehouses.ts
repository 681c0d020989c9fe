/**
 * The warehouses that a test's one body runs on, each behind the same port: schemas of its own a test.
 * The embedded engine is opened once a file; of Vertica there is one server a file, or the one that
 * FINPIPE_TEST_VERTICA_URL names.
 */
import { openEmbeddedSession } from "../../../lib/postgres/embedded.ts";
import type { SqlSession } from "../../../lib/postgres/session.ts";
import type { DatasetName } from "../../../lib/events/dataset.ts";
import { EmbeddedWarehouse } from "../../../lib/warehouse/embedded/warehouse.ts";
import type { MartRow, WarehouseRepository } from "../../../lib/warehouse/repository.ts";
import { EMBEDDED_TIMERS } from "../engine/embedded_timers.ts";
import { type Row, writePartition } from "../partitions/reference.ts";
import { openTestVertica, type TestVertica, VERTICA_MISSING } from "../vertica/place.ts";
import { skippable } from "../skip.ts";

/** The clock of every test warehouse. */
export const NOW = Temporal.Instant.from("2022-10-02T03:04:05.25Z");

/** Limits of a load that nothing stops, that refuses no row, and that may shrink the day. */
export const STRICT_LIMITS = {
  maxRejected: 0,
  allowShrink: true,
  signal: new AbortController().signal,
};

export const WAREHOUSES = ["embedded", "vertica"] as const;
export type WarehouseName = (typeof WAREHOUSES)[number];

/** A row by column name, each value as text (`t`/`f` for booleans). */
export type TextRow = Record<string, string | null>;

export type WarehouseTest = (test: TestWarehouse, t: Deno.TestContext) => Promise<void>;

/** Registers a test on warehouses. @default on each */
export type RegisterWarehouseTest = (
  name: string,
  test: WarehouseTest,
  warehouses?: readonly WarehouseName[],
) => void;

/** Makes the function that registers tests; called once a file, before its first test. */
export function warehouseTests(): RegisterWarehouseTest {
  const open = { embedded: embeddedWarehouses(), vertica: verticaWarehouses() };
  return (name, test, warehouses = WAREHOUSES) => {
    for (const warehouse of warehouses) {
      const missing = warehouse === "vertica" ? VERTICA_MISSING : undefined;
      const definition = skippable(`${name} [${warehouse}]`, missing, async (t) => {
        await using place = await open[warehouse]();
        await test(place, t);
      });
      // The embedded engine of the file has a timer that ends in any test.
      Deno.test({ ...definition, ...EMBEDDED_TIMERS });
    }
  };
}

/** A warehouse in schemas of its own, with a work dir. */
export interface TestWarehouse extends AsyncDisposable {
  readonly name: WarehouseName;
  readonly warehouse: WarehouseRepository;
  readonly stagingSchema: string;
  readonly martSchema: string;
  readonly workDir: string;
  /** Creates the tables. */
  migrate(): Promise<this>;
  /** Loads rows as one day of a dataset. */
  load(dataset: DatasetName, day: string, rows: readonly Row[]): Promise<void>;
  /** Rows of a query; `staging.` and `mart.` before a table's name are the test's own schemas. */
  query(sql: string): Promise<TextRow[]>;
  /** The whole mart. */
  mart(): Promise<MartRow[]>;
}

interface Parts {
  name: WarehouseName;
  warehouse: WarehouseRepository;
  stagingSchema: string;
  martSchema: string;
  query: (sql: string) => Promise<TextRow[]>;
  dispose?: () => Promise<void>;
}

class Place implements TestWarehouse {
  readonly name: WarehouseName;
  readonly warehouse: WarehouseRepository;
  readonly stagingSchema: string;
  readonly martSchema: string;
  readonly #parts: Parts;

  constructor(parts: Parts, readonly workDir: string) {
    this.#parts = parts;
    this.name = parts.name;
    this.warehouse = parts.warehouse;
    this.stagingSchema = parts.stagingSchema;
    this.martSchema = parts.martSchema;
  }

  async migrate(): Promise<this> {
    await this.warehouse.migrate();
    return this;
  }

  async load(dataset: DatasetName, day: string, rows: readonly Row[]): Promise<void> {
    const file = await writePartition(this.workDir, dataset, day, rows);
    await this.warehouse.replaceDay(file, STRICT_LIMITS);
  }

  query(sql: string): Promise<TextRow[]> {
    return this.#parts.query(
      sql.replaceAll("staging.", `${this.stagingSchema}.`)
        .replaceAll("mart.", `"${this.martSchema}".`),
    );
  }

  mart(): Promise<MartRow[]> {
    return Array.fromAsync(this.warehouse.mart());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.warehouse[Symbol.asyncDispose]();
    await this.#parts.dispose?.();
    await Deno.remove(this.workDir, { recursive: true });
  }
}

async function openPlace(parts: Parts): Promise<TestWarehouse> {
  return new Place(parts, await Deno.makeTempDir({ prefix: "finpipe-warehouse-" }));
}

/** Opens the engine before the first test of the file and removes it after the last. */
function embeddedWarehouses(): () => Promise<TestWarehouse> {
  let folder: string;
  let session: SqlSession;
  let count = 0;
  Deno.test.beforeAll(async () => {
    folder = await Deno.makeTempDir();
    session = await openEmbeddedSession(folder);
  });
  Deno.test.afterAll(async () => {
    await session.close();
    await Deno.remove(folder, { recursive: true });
  });
  return () => {
    const id = ++count;
    const schemas = { stagingSchema: `staging_${id}`, martSchema: `Mart ${id}` };
    const warehouse = new EmbeddedWarehouse(session, { ...schemas, now: () => NOW });
    return openPlace({
      name: "embedded",
      warehouse,
      ...schemas,
      query: (sql) => session.query(sql),
    });
  };
}

/** Starts the server with the first test that asks for it, and stops it after the last. */
function verticaWarehouses(): () => Promise<TestWarehouse> {
  let server: Promise<TestVertica> | undefined;
  Deno.test.afterAll(async () => {
    await (await server)?.[Symbol.asyncDispose]();
  });
  return async () => {
    server ??= openTestVertica();
    const vertica = await server;
    const schemas = vertica.newSchemas();
    const session = await vertica.session();
    return await openPlace({
      name: "vertica",
      warehouse: vertica.warehouse({ ...schemas, now: () => NOW }),
      ...schemas,
      query: (sql) => session.transaction(() => session.query(sql)),
      async dispose() {
        await vertica.dropSchemas(session, schemas);
        await session.close();
      },
    });
  };
}
