/** Embedded warehouses for tests: one engine a file, schemas of its own a test. */
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import type { SqlRow, SqlSession } from "../../lib/postgres/session.ts";
import type { DatasetName } from "../../lib/events/dataset.ts";
import { EmbeddedWarehouse } from "../../lib/warehouse/embedded.ts";
import type { MartRow } from "../../lib/warehouse/repository.ts";
import { type Row, writePartition } from "./reference.ts";

/** The clock of every test warehouse. */
export const NOW = Temporal.Instant.from("2022-10-02T03:04:05.25Z");

/** Limits of a load that nothing stops and that refuses no row. */
export const STRICT_LIMITS = { maxRejected: 0, signal: new AbortController().signal };

/** Opens the engine before the first test of the file and removes it after the last. */
export function embeddedEngine(): () => Promise<TestWarehouse> {
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
  return async () => {
    const id = ++count;
    const workDir = `${folder}/work-${id}`;
    await Deno.mkdir(workDir);
    return new TestWarehouse(session, workDir, id);
  };
}

/** A warehouse in schemas of its own, with a work dir. */
export class TestWarehouse {
  readonly warehouse: EmbeddedWarehouse;
  readonly stagingSchema: string;
  readonly martSchema: string;

  constructor(readonly session: SqlSession, readonly workDir: string, id: number) {
    this.stagingSchema = `staging_${id}`;
    this.martSchema = `Mart ${id}`;
    this.warehouse = new EmbeddedWarehouse(session, { ...this, now: () => NOW });
  }

  /** Creates the tables. */
  async migrate(): Promise<this> {
    await this.warehouse.migrate();
    return this;
  }

  /** Loads rows as one day of a dataset. */
  async load(dataset: DatasetName, day: string, rows: readonly Row[]): Promise<void> {
    const file = await writePartition(this.workDir, dataset, day, rows);
    await this.warehouse.replaceDay(file, STRICT_LIMITS);
  }

  /** Rows of a query; `staging.` and `mart.` before a table's name are the test's own schemas. */
  query(sql: string): Promise<SqlRow[]> {
    return this.session.query(
      sql.replaceAll("staging.", `${this.stagingSchema}.`)
        .replaceAll("mart.", `"${this.martSchema}".`),
    );
  }

  /** The whole mart. */
  mart(): Promise<MartRow[]> {
    return Array.fromAsync(this.warehouse.mart());
  }
}

let objects = 0;

/** A transaction that is counted, unless `fields` say otherwise. */
export function transaction(day: string, fields: Partial<Record<string, string>> = {}): Row {
  return Object.values({
    object_id: objectId(++objects),
    sent_dttm: `${day} 00:00:00`,
    operation_id: objectId(1),
    account_number_from: "1",
    account_number_to: "2",
    currency_code: "430",
    country: "",
    status: "done",
    transaction_type: "c2c",
    amount: "100",
    transaction_dt: `${day} 12:00:00`,
    ...fields,
  } as Record<string, string>);
}

/** A rate of a currency to the dollar, unless `fields` say otherwise. */
export function rate(day: string, fields: Partial<Record<string, string>> = {}): Row {
  return Object.values({
    object_id: objectId(++objects),
    sent_dttm: `${day} 00:00:00`,
    date_update: `${day} 00:00:00`,
    currency_code: "430",
    currency_code_with: "420",
    currency_with_div: "1.000000",
    ...fields,
  } as Record<string, string>);
}

/** A UUID by number; greater numbers are greater UUIDs. */
export function objectId(number: number): string {
  return `00000000-0000-0000-0000-${String(number).padStart(12, "0")}`;
}
