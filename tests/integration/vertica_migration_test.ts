/** A later finpipe that adds a column to a Vertica warehouse which has days in it. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { migrate as migrateStore } from "../../lib/migrations/migrate.ts";
import type { Breaks, Migration } from "../../lib/migrations/migration.ts";
import { MIGRATIONS, VerticaMigrations } from "../../lib/warehouse/vertica/migrations.ts";
import { VerticaScope } from "../../lib/warehouse/vertica/scope.ts";
import type { VerticaWarehouse } from "../../lib/warehouse/vertica/warehouse.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { openTestVertica, verticaTest } from "../support/vertica/place.ts";
import { transaction } from "../support/partitions/rows.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";

const DAY = "2022-10-01";
const day = Temporal.PlainDate.from(DAY);

const ADD_COLUMN =
  "ALTER TABLE :staging_schema.transactions ADD COLUMN IF NOT EXISTS note VARCHAR(10);";
const later = (sql: string, breaks: Breaks = "readers"): Migration[] => [
  ...MIGRATIONS,
  { version: MIGRATIONS.length + 1, name: "later_note", sql, breaks },
];

function migrate(scope: VerticaScope, migrations: readonly Migration[]): Promise<string[]> {
  return migrateStore(new VerticaMigrations(scope), migrations);
}

interface Place {
  warehouse: VerticaWarehouse;
  scope: VerticaScope;
  load(amount: number): Promise<unknown>;
  /** The day's control total. */
  standing(): Promise<string>;
}

function migrationTest(name: string, test: (place: Place) => Promise<void>): void {
  verticaTest(name, async () => {
    await using vertica = await openTestVertica();
    const schemas = vertica.newSchemas();
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-vertica-" });
    await using warehouse = vertica.warehouse({ ...schemas, now: () => NOW });
    const session = await vertica.session();
    const connect = () => vertica.session();
    try {
      await warehouse.migrate();
      await test({
        warehouse,
        scope: new VerticaScope({ session, schemas, connect, now: () => NOW }),
        async load(amount) {
          const rows = [transaction(DAY, { amount: String(amount) })];
          const file = await writePartition(workDir, "transactions", DAY, rows);
          return await warehouse.replaceDay(file, STRICT_LIMITS);
        },
        async standing() {
          return (await warehouse.measureDay("transactions", day)).controlTotal;
        },
      });
    } finally {
      await Deno.remove(workDir, { recursive: true });
      await vertica.dropSchemas(session, schemas);
      await session.close();
    }
  });
}

migrationTest("a column is added once, days stay, and the next load has it", async (place) => {
  await place.load(1);
  assert.deepEqual(await migrate(place.scope, later(ADD_COLUMN)), ["later_note"]);
  assert.deepEqual(await migrate(place.scope, later(ADD_COLUMN)), []);
  assert.equal(await place.standing(), "1");
  await place.load(2);
  assert.equal(await place.standing(), "2");
  assert.equal(await place.warehouse.undoDay("transactions", day), true);
  assert.equal(await place.standing(), "1");
});

migrationTest("a migration that broke off is begun anew, and ends", async ({ scope }) => {
  const broken = later(`${ADD_COLUMN}\nSELECT no_such_column FROM :staging_schema.transactions;`);
  await assert.rejects(migrate(scope, broken), /no_such_column/);
  assert.deepEqual(await migrate(scope, later(ADD_COLUMN)), ["later_note"]);
});

migrationTest("an undo from before the column is refused, and the new day stays", async (place) => {
  await place.load(1);
  await place.load(2);
  await migrate(place.scope, later(ADD_COLUMN));
  const error = await place.warehouse.undoDay("transactions", day).catch((error) => error);
  assert.ok(isKind(error, "failed"), String(error));
  assert.equal(await place.standing(), "2");
  await place.load(3);
  assert.equal(await place.standing(), "3");
});

migrationTest(
  "an older finpipe goes on with a schema that is newer and breaks nothing",
  async (place) => {
    await migrate(place.scope, later(ADD_COLUMN, "nothing"));
    await place.warehouse.checkSchema();
    assert.deepEqual(await place.warehouse.migrate(), []);
    await place.load(1);
    assert.equal(await place.standing(), "1");
  },
);

migrationTest("an older finpipe leaves a later schema alone", async ({ scope, warehouse }) => {
  await migrate(scope, later(ADD_COLUMN));
  for (const work of [() => warehouse.migrate(), () => warehouse.checkSchema()]) {
    await assert.rejects(work, (error) => isKind(error, "configuration"));
  }
});
