/** A build of the embedded core that breaks off at any of its statements leaves everything as it was. */
import assert from "node:assert/strict";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import type { SqlSession, SqlValue, TransactionMode } from "../../lib/postgres/session.ts";
import { EmbeddedWarehouse } from "../../lib/warehouse/embedded/warehouse.ts";
import { embeddedTest } from "../support/engine/embedded_timers.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";

const DAY = "2022-10-01";
const day = Temporal.PlainDate.from(DAY);
const SCHEMAS = { stagingSchema: "staging", martSchema: "mart" };

/** Fails after a number of statements, as the process would end there. */
class FailingSession implements SqlSession {
  /** Statements that succeed. */
  left = Infinity;
  readonly serverVersion: number;

  constructor(readonly session: SqlSession) {
    this.serverVersion = session.serverVersion;
  }

  async query(sql: string, params?: readonly SqlValue[]) {
    const rows = await this.session.query(sql, params);
    this.#count();
    return rows;
  }

  async execute(script: string) {
    await this.session.execute(script);
    this.#count();
  }

  copyIn(statement: string, pieces: readonly Uint8Array[]) {
    return this.session.copyIn(statement, pieces);
  }

  copyOut(statement: string, sink: (piece: Uint8Array) => void) {
    return this.session.copyOut(statement, sink);
  }

  transaction<T>(work: () => Promise<T>, mode?: TransactionMode) {
    return this.session.transaction(work, mode);
  }

  close() {
    return this.session.close();
  }

  #count(): void {
    if (--this.left <= 0) throw new Error("It ends here");
  }
}

embeddedTest("a build that breaks off at any statement leaves everything as it was", async () => {
  const folder = await Deno.makeTempDir();
  const session = new FailingSession(await openEmbeddedSession(folder));
  try {
    const warehouse = new EmbeddedWarehouse(session, { ...SCHEMAS, now: () => NOW });
    await warehouse.migrate();
    const load = async (amounts: readonly string[]) => {
      const rows = amounts.map((amount) =>
        transaction(DAY, { amount, country: amount, account_number_from: amount })
      );
      for (
        const [dataset, content] of [["transactions", rows], ["currencies", [rate(DAY)]]] as const
      ) {
        const file = await writePartition(folder, dataset, DAY, content);
        await warehouse.replaceDay(file, STRICT_LIMITS);
      }
    };
    const everything = async () => {
      const tables = await session.session.query(
        `SELECT schemaname || '.' || tablename AS name FROM pg_tables
         WHERE schemaname IN ('mart', 'staging') ORDER BY 1`,
      );
      const found: [string, unknown][] = [];
      for (const { name } of tables) {
        const rows = await session.session.query(
          `SELECT t::text AS row FROM ${name} AS t ORDER BY 1`,
        );
        found.push([name!, rows.map(({ row }) => row)]);
      }
      return found;
    };
    await load(["1", "2"]);
    await warehouse.buildCore(day);
    await load(["2", "3", "4"]);
    const before = await everything();
    let ends = 0;
    for (;;) {
      session.left = ends + 1;
      const error = await warehouse.buildCore(day).then(() => undefined, (error) => error);
      session.left = Infinity;
      if (error === undefined) break;
      assert.match(String(error), /It ends here/);
      assert.deepEqual(await everything(), before, `statement ${ends}`);
      ends++;
    }
    assert.ok(ends >= 8, `${ends} statements`);
    const facts = await session.query("SELECT amount FROM mart.v_transactions ORDER BY amount");
    assert.deepEqual(facts.map(({ amount }) => amount), ["2", "3", "4"]);
  } finally {
    await session.close();
    await Deno.remove(folder, { recursive: true });
  }
});
