/**
 * Both ends of a pipeline for tests of the books, with days in them: on the embedded engine, and on
 * PostgreSQL with Vertica. What a test changes by hand it puts back with {@link AuditPlace.kept}.
 */
import { type Audit, compareBooks } from "../../../lib/audit/audit.ts";
import type { Difference } from "../../../lib/audit/difference.ts";
import { readBooks } from "../../../lib/audit/read_books.ts";
import { DATASET_NAMES } from "../../../lib/events/dataset.ts";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../../../lib/events/message.ts";
import { DEFAULT_WATERMARK } from "../../../lib/events/partition_window.ts";
import { landStdin } from "../../../lib/landing/land.ts";
import {
  type DateRange,
  FIRST_DAY,
  LAST_DAY,
  runOfPartition,
} from "../../../lib/partitions/run_date.ts";
import { openEmbeddedSession } from "../../../lib/postgres/embedded.ts";
import type { SqlRow, SqlSession } from "../../../lib/postgres/session.ts";
import { makeCopyRows } from "../../../lib/staging/postgres/copy_rows.ts";
import { PostgresStaging } from "../../../lib/staging/postgres/staging.ts";
import type { CountedValues } from "../../../lib/standing/mart_standing.ts";
import { cdm } from "../../../lib/steps/cdm.ts";
import { dump } from "../../../lib/steps/dump.ts";
import { dwh } from "../../../lib/steps/dwh.ts";
import { load } from "../../../lib/steps/load.ts";
import { EmbeddedWarehouse } from "../../../lib/warehouse/embedded/warehouse.ts";
import type { WarehouseRepository } from "../../../lib/warehouse/repository.ts";
import { EMBEDDED_TIMERS } from "../engine/embedded_timers.ts";
import { NOW, openSession } from "../engine/engines.ts";
import { SILENT } from "../logs.ts";
import { testDatabase } from "../postgres/database.ts";
import { skippable } from "../skip.ts";
import { openTestVertica, VERTICA_MISSING } from "../vertica/place.ts";

export const PLACES = ["embedded", "servers"] as const;
export type PlaceName = (typeof PLACES)[number];

/** Registers a test on both places, or on some. */
export function auditTest(
  name: string,
  test: (place: AuditPlace) => Promise<void>,
  places: readonly PlaceName[] = PLACES,
): void {
  for (const place of places) {
    const missing = place === "servers" ? VERTICA_MISSING : undefined;
    const definition = skippable(`${name} [${place}]`, missing, async (t) => {
      await using opened = await (place === "embedded" ? openEmbedded() : openServers(t));
      await test(opened);
    });
    Deno.test({ ...definition, ...EMBEDDED_TIMERS });
  }
}

/** One of the two ends. */
export type End = "staging" | "warehouse";

/** A table, named as on both warehouses: `stg.`, `finpipe.`, `staging.` or `mart.` before it. */
export interface Table {
  end: End;
  name: string;
}

interface Parts {
  name: PlaceName;
  /** Opens both ends once more, for what runs at the same time. */
  another?: () => Promise<AuditPlace>;
  staging: PostgresStaging;
  warehouse: WarehouseRepository;
  query: Record<End, (sql: string) => Promise<SqlRow[]>>;
}

export class AuditPlace implements AsyncDisposable {
  readonly name: PlaceName;
  readonly staging: PostgresStaging;
  readonly warehouse: WarehouseRepository;
  readonly another: Parts["another"];
  readonly #query: Parts["query"];
  readonly #signal = new AbortController().signal;

  constructor(
    { name, staging, warehouse, query, another }: Parts,
    readonly workDir: string,
    readonly owned: AsyncDisposableStack,
  ) {
    this.name = name;
    this.staging = staging;
    this.warehouse = warehouse;
    this.#query = query;
    this.another = another;
  }

  /** Lands messages, one a line, as one run's stdin. */
  async land(text: string): Promise<void> {
    const limits = {
      rows: 1000,
      bytes: 8 << 20,
      linger: 1000,
      maxMessageBytes: DEFAULT_MAX_MESSAGE_BYTES,
    };
    await landStdin(
      {
        connect: () => Promise.resolve(this.staging),
        makeRows: makeCopyRows,
        retryFor: 0,
        ...this.#step,
      },
      ReadableStream.from([new TextEncoder().encode(text)]),
      { limits, watermark: DEFAULT_WATERMARK },
    );
  }

  async dump(day: string): Promise<void> {
    const options = { datasets: DATASET_NAMES, requireComplete: false };
    await dump({ ...this.#step, staging: this.staging }, runOf(day), options);
  }

  async load(day: string, { force = false, maxRejected = 0 } = {}): Promise<void> {
    const options = { datasets: DATASET_NAMES, maxRejected, force };
    await load({ ...this.#step, warehouse: this.warehouse }, runOf(day), options);
  }

  async dwh(day: string): Promise<void> {
    await dwh({ ...this.#step, warehouse: this.warehouse }, runOf(day));
  }

  async cdm(day: string, statuses = ["done"], types?: string[]): Promise<void> {
    const options = { statuses, types, strict: false };
    await cdm({ ...this.#step, warehouse: this.warehouse }, runOf(day), options);
  }

  async build(...days: string[]): Promise<void> {
    for (const day of days) {
      await this.dump(day);
      await this.load(day);
      await this.dwh(day);
      await this.cdm(day);
    }
  }

  async audit(
    range: DateRange = { from: FIRST_DAY, to: LAST_DAY },
    asked: CountedValues = { statuses: ["done"], types: undefined },
  ): Promise<Audit> {
    return compareBooks(await readBooks(this.ends, range), { range, asked });
  }

  /** An audit of all days that looks at each value. */
  async deepAudit(): Promise<Audit> {
    const { ends, workDir } = this;
    const range = { from: FIRST_DAY, to: LAST_DAY };
    const books = await readBooks({ ...ends, deep: { workDir } }, range);
    return compareBooks(books, { range, asked: { statuses: ["done"], types: undefined } });
  }

  /** The differences of an audit of all days, a line each. */
  async differences(asked?: CountedValues): Promise<string[]> {
    return (await this.audit(undefined, asked)).differences.map(differenceLine);
  }

  get ends() {
    const { staging, warehouse } = this;
    return { staging, warehouse, now: () => NOW, signal: this.#signal };
  }

  query({ end }: Pick<Table, "end">, sql: string): Promise<SqlRow[]> {
    return this.#query[end](sql);
  }

  /** Runs work, and puts the table back as it was before. */
  async kept<T>(table: Table, work: () => Promise<T>): Promise<T> {
    const kept = `${table.name}_kept`;
    if (this.name === "servers" && table.end === "warehouse") {
      await this.query(table, `CREATE TABLE ${kept} LIKE ${table.name} INCLUDING PROJECTIONS`);
      await this.query(table, `INSERT INTO ${kept} SELECT * FROM ${table.name}`);
    } else await this.query(table, `CREATE TABLE ${kept} AS SELECT * FROM ${table.name}`);
    try {
      return await work();
    } finally {
      await this.putBack(table);
      await this.query(table, `DROP TABLE ${kept}`);
    }
  }

  /** In {@link kept}: puts the table back. */
  async putBack(table: Table): Promise<void> {
    await this.query(table, `DELETE FROM ${table.name}`);
    const system = table.end === "staging" ? "OVERRIDING SYSTEM VALUE" : "";
    await this.query(table, `INSERT INTO ${table.name} ${system} SELECT * FROM ${table.name}_kept`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.owned.disposeAsync();
  }

  get #step() {
    return { workDir: this.workDir, log: SILENT, now: () => NOW, signal: this.#signal };
  }
}

/** A difference without its cause. */
export function differenceLine({ day, dataset, link, left, right, currency }: Difference): string {
  const of = currency === undefined ? "" : ` ${currency}`;
  return `${day ?? "all"} ${dataset ?? "-"} ${link}${of}: ${left} | ${right}`;
}

async function openEmbedded(): Promise<AuditPlace> {
  await using scope = new AsyncDisposableStack();
  const workDir = await workDirIn(scope);
  const session = await openEmbeddedSession(workDir);
  scope.defer(() => session.close());
  const schemas = { stagingSchema: "warehouse_staging", martSchema: "warehouse_mart" };
  const warehouse = new EmbeddedWarehouse(session, { ...schemas, now: () => NOW });
  const staging = new PostgresStaging(session);
  await staging.schema.migrate();
  await warehouse.migrate();
  const query = {
    staging: (sql: string) => session.query(sql),
    warehouse: (sql: string) => session.query(inSchemas(sql, schemas)),
  };
  return new AuditPlace(
    { name: "embedded", staging, warehouse, query },
    workDir,
    scope.move(),
  );
}

async function openServers(t: Deno.TestContext): Promise<AuditPlace> {
  await using scope = new AsyncDisposableStack();
  const workDir = await workDirIn(scope);
  const database = scope.use(await testDatabase(t));
  const session: SqlSession = await openSession(database.url);
  scope.defer(() => session.close());
  const vertica = scope.use(await openTestVertica());
  const schemas = vertica.newSchemas();
  const direct = await vertica.session();
  scope.defer(async () => {
    await vertica.dropSchemas(direct, schemas);
    await direct.close();
  });
  const openWarehouse = () => vertica.warehouse({ ...schemas, now: () => NOW });
  const warehouse = scope.use(openWarehouse());
  await warehouse.migrate();
  const query = {
    staging: (sql: string) => session.query(sql),
    warehouse: (sql: string) => direct.transaction(() => direct.query(inSchemas(sql, schemas))),
  };
  const name = "servers";
  const another = async () => {
    await using scope = new AsyncDisposableStack();
    const workDir = await workDirIn(scope);
    const session = await openSession(database.url);
    scope.defer(() => session.close());
    const warehouse = scope.use(openWarehouse());
    const staging = new PostgresStaging(session);
    return new AuditPlace({ name, staging, warehouse, query }, workDir, scope.move());
  };
  const staging = new PostgresStaging(session);
  return new AuditPlace({ name, staging, warehouse, query, another }, workDir, scope.move());
}

async function workDirIn(scope: AsyncDisposableStack): Promise<string> {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-audit-" });
  scope.defer(() => Deno.remove(workDir, { recursive: true }));
  return workDir;
}

function inSchemas(sql: string, names: { stagingSchema: string; martSchema: string }): string {
  return sql.replaceAll(/\bstaging\./g, `${names.stagingSchema}.`)
    .replaceAll(/\bmart\./g, `${names.martSchema}.`);
}

function runOf(day: string) {
  return runOfPartition(Temporal.PlainDate.from(day));
}
