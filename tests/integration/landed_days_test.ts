/** How many rows were landed for each day, by source partition, is what stands in staging. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { schemaOf } from "../../lib/migrations/migrate.ts";
import type { SqlSession } from "../../lib/postgres/session.ts";
import { MIGRATIONS, PostgresMigrations } from "../../lib/staging/postgres/migrations.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { engineTests, openSession } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { emptyDatabase, postgresTest } from "../support/postgres/database.ts";
import { addRejected, replayOn } from "../support/staging/rejected.ts";
import { TABLE_IS_WAITED_FOR, untilRow } from "../support/until.ts";

const engineTest = engineTests();

const RECORDED = `
  SELECT dataset, day::text, source_id, rows FROM finpipe.landed_days
  ORDER BY dataset, day, source_id`;

/** What stands, counted anew. */
const STANDING = `
  SELECT 'currencies' AS dataset, date_update::date::text AS day, coalesce(source_id, 0) AS source_id,
    count(*) AS rows
  FROM stg.currencies GROUP BY date_update::date, coalesce(source_id, 0)
  UNION ALL
  SELECT 'transactions', transaction_dt::date::text, coalesce(source_id, 0), count(*)
  FROM stg.transactions GROUP BY transaction_dt::date, coalesce(source_id, 0)
  ORDER BY dataset, day, source_id`;

const message = fc.oneof(
  fc.record({
    day: fc.constantFrom("0001-01-01", "2022-09-30", "2022-10-01", "2022-10-02", "9999-12-31"),
    time: fc.constantFrom("00:00:00", "12:00:00", "23:59:59.999999"),
    isRate: fc.boolean(),
  }).map(({ day, time, isRate }) => {
    const at = `${day} ${time}`;
    const envelope = { object_id: crypto.randomUUID() };
    return isRate
      ? rateMessage({ date_update: at }, envelope)
      : transactionMessage({ transaction_dt: at }, envelope);
  }),
  fc.constantFrom(transactionMessage(), rateMessage(), "no json"),
);

engineTest("whatever is landed and replayed, in whatever batches, is counted", async (engine) => {
  const property = fc.asyncProperty(
    fc.array(message, { minLength: 1, maxLength: 40 }),
    fc.array(message, { maxLength: 5 }),
    fc.integer({ min: 1, max: 40 }),
    async (landed, rejected, rows) => {
      await engine.landText(jsonl(...landed), { rows });
      for (const text of rejected) await addRejected(engine.session, text);
      await replayOn(engine, {});
      assert.deepEqual(await engine.query(RECORDED), await engine.query(STANDING));
    },
  );
  await fc.assert(property, { numRuns: 20 });
  const days = await engine.query("SELECT DISTINCT day::text FROM finpipe.landed_days");
  assert.ok(days.some(({ day }) => day === "9999-12-31"));
});

/** What the migrations before 008 make, and two rows that a finpipe of then landed, one replayed. */
async function olderDatabase(session: SqlSession): Promise<void> {
  const folder = new URL("../../sql/staging/", import.meta.url);
  await session.execute(
    "CREATE SCHEMA stg; CREATE SCHEMA finpipe;" +
      await Deno.readTextFile(new URL("migrations_table.sql", folder)),
  );
  for (const { version, name, sql, breaks } of MIGRATIONS.filter(({ version }) => version < 8)) {
    await session.execute(sql);
    await session.execute(
      `INSERT INTO finpipe.migrations (version, name, breaks)
       VALUES (${version}, '${name}', '${breaks}')`,
    );
  }
  await session.execute(`
    INSERT INTO finpipe.source_partitions (kind, source, partition, next_position)
    VALUES ('kafka', 'events', 0, 1);
    ${landRow("source_id, position", "1, 0")};
    ${landRow("rejected_id", "7")};
    INSERT INTO stg.currencies (
      object_id, object_type, sent_dttm, payload, date_update, currency_code, currency_code_with,
      currency_with_div, source_id, position
    ) SELECT gen_random_uuid(), 'CURRENCY', '2022-10-01', '{}',
      timestamp '2022-10-01' + n * interval '12 hours', 1, 1, 1, 1, n
    FROM generate_series(0, 3) AS n`);
}

function landRow(columns: string, values: string): string {
  return `INSERT INTO stg.transactions (
    object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
    account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
    ${columns}
  ) VALUES (
    gen_random_uuid(), 'TRANSACTION', '2022-10-01 12:06', '{}', gen_random_uuid(), 1, 1, 1,
    '', '', '', 1, '2022-10-01 23:59:59.999999', ${values}
  )`;
}

/** A batch's first statement, as the version before 008 sends it. */
const ADVANCE = `
  UPDATE finpipe.source_partitions
  SET next_position = next_position + 1, forgotten = forgotten + 0, messages_read = messages_read + 1,
    transactions = transactions + 1, moved_at = now() AT TIME ZONE 'UTC', retired_at = NULL
  WHERE id = 1`;

postgresTest("an upgrade counts what stands, with a batch that was under way", async (t) => {
  await using database = await emptyDatabase(t);
  const session = await openSession(database.url);
  const older = await openSession(database.url);
  try {
    await olderDatabase(session);
    await older.execute(`BEGIN; ${ADVANCE}`);
    const migrated = new PostgresStaging(session).schema.migrate();
    await untilRow(older, TABLE_IS_WAITED_FOR);
    await older.execute(`${landRow("source_id, position", "1, 1")}; COMMIT`);
    assert.ok((await migrated).includes("008_landed_days"));
    assert.deepEqual(await session.query(RECORDED), [
      { dataset: "currencies", day: "2022-10-01", source_id: "1", rows: "2" },
      { dataset: "currencies", day: "2022-10-02", source_id: "1", rows: "2" },
      { dataset: "transactions", day: "2022-10-01", source_id: "0", rows: "1" },
      { dataset: "transactions", day: "2022-10-01", source_id: "1", rows: "2" },
    ]);
    assert.deepEqual(await session.query(RECORDED), await session.query(STANDING));
  } finally {
    await session.close();
    await older.close();
  }
}, EMBEDDED_TIMERS);

postgresTest(
  "an older version that still runs lands and replays nothing that is not counted",
  async (t) => {
    await using database = await emptyDatabase(t);
    const session = await openSession(database.url);
    const older = await openSession(database.url);
    try {
      await olderDatabase(session);
      await older.execute(ADVANCE);
      await new PostgresStaging(session).schema.migrate();
      await assert.rejects(older.execute(ADVANCE), /"forgotten"/);
      await assert.rejects(older.execute(landRow("rejected_id", "8")), /"rejected_id"/);
      // A query that has begun goes on, but no command begins: it compares all columns first.
      assert.equal((await older.query("SELECT moved_at FROM finpipe.source_partitions")).length, 1);
      const known = MIGRATIONS.filter(({ version }) => version < 8);
      await assert.rejects(
        schemaOf(new PostgresMigrations(older), known).checkSchema("read"),
        /has version \d+, but this finpipe knows only version 7/,
      );
    } finally {
      await session.close();
      await older.close();
    }
  },
  EMBEDDED_TIMERS,
);
