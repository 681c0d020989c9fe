/** What tests share that set the ways of a Vertica server, and look at what a load makes of it. */
import type { VerticaWarehouse } from "../../../lib/warehouse/vertica/warehouse.ts";
import { writePartition } from "../partitions/reference.ts";
import { openTestVertica, type OwnServer, ownVerticaTest, type TestVertica } from "./place.ts";
import { transaction } from "../partitions/rows.ts";
import { NOW, STRICT_LIMITS } from "../warehouse/warehouses.ts";

export const DAY = "2022-10-01";
export const day = Temporal.PlainDate.from(DAY);

/** A warehouse on a server of ours, and what is asked of it behind its back. */
export interface ServerPlace extends OwnServer {
  vertica: TestVertica;
  warehouse: VerticaWarehouse;
  schemas: { stagingSchema: string; martSchema: string };
  /** Loads the day with one transaction of that amount. */
  load(amount: number, warehouse?: VerticaWarehouse): Promise<unknown>;
  /** The amounts that stand. */
  standing(): Promise<string>;
  /** Runs a statement in a session of its own; `staging.` is the place's schema. */
  query(sql: string): Promise<Record<string, string | null>[]>;
}

/** A test on a server whose ways can be set; skipped, with that reason, where another one is named. */
export function serverTest(name: string, test: (place: ServerPlace) => Promise<void>): void {
  ownVerticaTest(name, async () => {
    await using vertica = await openTestVertica();
    const schemas = vertica.newSchemas();
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-vertica-" });
    await using warehouse = vertica.warehouse({ ...schemas, now: () => NOW });
    const query = async (sql: string) => {
      const session = await vertica.session();
      try {
        const text = sql.replaceAll("staging.", `${schemas.stagingSchema}.`);
        return await session.transaction(() => session.query(text));
      } finally {
        await session.close();
      }
    };
    try {
      await warehouse.migrate();
      await test({
        ...vertica.own!,
        vertica,
        warehouse,
        schemas,
        query,
        async load(amount, other = warehouse) {
          const rows = [transaction(DAY, { amount: String(amount) })];
          const file = await writePartition(workDir, "transactions", DAY, rows);
          return await other.replaceDay(file, STRICT_LIMITS);
        },
        async standing() {
          const rows = await query("SELECT amount FROM staging.transactions");
          return rows.map(({ amount }) => amount).join(" ");
        },
      });
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  });
}
