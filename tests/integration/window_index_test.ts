/** What the index holds that a window is rebuilt through: all that a window may need, and no more. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { SqlSession } from "../../lib/postgres/session.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import { engineTests, openSession } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { emptyDatabase, postgresTest } from "../support/postgres/database.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { TABLE_IS_WAITED_FOR, untilRow } from "../support/until.ts";

const engineTest = engineTests();

/** Rows by whether they were sent at or above their window's watermark, and are marked. */
const MARKS = `
  SELECT sent_dttm >= coalesce(watermark, '-infinity') AS needed, in_window, count(*) AS rows
  FROM (
    SELECT source_id, sent_dttm, in_window FROM stg.transactions
    UNION ALL SELECT source_id, sent_dttm, in_window FROM stg.currencies
  ) AS landed
  LEFT JOIN finpipe.source_partitions AS source ON source.id = source_id
  GROUP BY 1, 2 ORDER BY 1, 2`;

const DAY = Temporal.PlainDateTime.from("2022-10-01T12:00:00");

/** A message of its own, sent so many microseconds after noon. */
function message(kind: "transaction" | "rate", micros: number): string {
  const sent_dttm = DAY.add({ microseconds: micros }).toString();
  const envelope = { sent_dttm, object_id: crypto.randomUUID() };
  return kind === "transaction" ? transactionMessage({}, envelope) : rateMessage({}, envelope);
}

engineTest("a batch of one marks what its watermark leaves, to the microsecond", async (engine) => {
  const minutes = (count: number) => count * 60_000_000;
  const times = [0, minutes(5), minutes(5) + 1, minutes(5) - 1, minutes(10) + 1, minutes(5) + 2];
  await engine.landText(jsonl(...times.map((micros) => message("transaction", micros))), {
    rows: 100,
  });
  const marked = await engine.query(
    "SELECT position, sent_dttm::text FROM stg.transactions WHERE in_window ORDER BY position",
  );
  assert.deepEqual(marked.map(({ sent_dttm }) => sent_dttm), [
    "2022-10-01 12:05:00.000001",
    "2022-10-01 12:10:00.000001",
    "2022-10-01 12:05:00.000002",
  ]);
});

engineTest("whatever the order and the batches, no row is missing in a window", async (engine) => {
  const sent = fc.record({
    kind: fc.constantFrom("transaction" as const, "rate" as const),
    micros: fc.oneof(
      fc.integer({ min: -900_000_000, max: 900_000_000 }),
      fc.constantFrom(0, 300_000_000, 600_000_000, -62_000_000_000_000_000),
    ),
  });
  const property = fc.asyncProperty(
    fc.array(sent, { minLength: 1, maxLength: 30 }),
    fc.integer({ min: 1, max: 30 }),
    async (messages, rows) => {
      await engine.session.execute(
        "TRUNCATE stg.transactions, stg.currencies, finpipe.source_partitions",
      );
      const lines = messages.map(({ kind, micros }) => message(kind, micros));
      await engine.landText(jsonl(...lines), { rows });
      const marks = await engine.query(MARKS);
      assert.equal(marks.some((row) => row.needed === "t" && row.in_window === "f"), false);
      // In one batch there is nothing more either.
      if (rows >= messages.length) {
        assert.equal(marks.some((row) => row.needed === "f" && row.in_window === "t"), false);
      }
    },
  );
  await fc.assert(property, { numRuns: 25 });
});

engineTest("a window is rebuilt through the index alone", async (engine) => {
  const { session } = engine;
  await session.execute("SET enable_seqscan = off; SET enable_bitmapscan = off");
  try {
    const plan = await engine.query(
      `EXPLAIN SELECT payload FROM stg.transactions
       WHERE source_id = 1 AND sent_dttm >= '2022-10-01' AND in_window`,
    );
    const text = plan.map((row) => Object.values(row)[0]).join("\n");
    assert.match(text, /Index Scan using transactions_by_window/);
  } finally {
    await session.execute("RESET enable_seqscan; RESET enable_bitmapscan");
  }
});

/** What the migrations before 007 make, and rows that a finpipe of then landed. */
async function olderDatabase(session: SqlSession): Promise<void> {
  const folder = new URL("../../sql/staging/", import.meta.url);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
    .filter((name) => /^00[1-6]_/.test(name)).sort();
  assert.equal(names.length, 6);
  await session.execute(
    "CREATE SCHEMA stg; CREATE SCHEMA finpipe;" +
      await Deno.readTextFile(new URL("migrations_table.sql", folder)),
  );
  for (const [index, name] of names.entries()) {
    await session.execute(await Deno.readTextFile(new URL(name, folder)));
    await session.query("INSERT INTO finpipe.migrations (version, name) VALUES ($1, $2)", [
      index + 1,
      name.replace(/\.sql$/, ""),
    ]);
  }
  await session.execute(`
    INSERT INTO finpipe.source_partitions (kind, source, partition, next_position, watermark)
    VALUES ('kafka', 'events', 0, 3, '2022-10-01 12:05'), ('kafka', 'events', 1, 3, NULL);
    INSERT INTO stg.transactions (
      object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
      account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
      source_id, position, rejected_id
    ) SELECT gen_random_uuid(), 'TRANSACTION', timestamp '2022-10-01 12:05' + late * interval '1 second',
      '{}', gen_random_uuid(), 1, 1, 1, '', '', '', 1, '2022-10-01', source, late + 1, NULL
    FROM generate_series(-1, 1) AS late, generate_series(1, 2) AS source;
    INSERT INTO stg.transactions (
      object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
      account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
      rejected_id
    ) SELECT gen_random_uuid(), 'TRANSACTION', '2022-10-01 12:06', '{}', gen_random_uuid(), 1, 1, 1,
      '', '', '', 1, '2022-10-01', 1;
    INSERT INTO stg.currencies (
      object_id, object_type, sent_dttm, payload, date_update, currency_code, currency_code_with,
      currency_with_div, source_id, position
    ) SELECT gen_random_uuid(), 'CURRENCY', timestamp '2022-10-01 12:05' + late * interval '1 second',
      '{}', '2022-10-01', 1, 1, 1, 1, late + 11
    FROM generate_series(-1, 1) AS late`);
}

postgresTest("an upgrade waits for a batch that an older version has begun", async (t) => {
  await using database = await emptyDatabase(t);
  const session = await openSession(database.url);
  const older = await openSession(database.url);
  try {
    await olderDatabase(session);
    // The position first, and then the rows: as every version lands a batch.
    await older.execute(
      `BEGIN;
       UPDATE finpipe.source_partitions SET next_position = 4, watermark = '2022-10-01 12:06'
       WHERE id = 1`,
    );
    const migrated = new PostgresStaging(session).schema.migrate();
    await untilRow(older, TABLE_IS_WAITED_FOR);
    await older.execute(
      `INSERT INTO stg.transactions (
         object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
         account_number_to, currency_code, country, status, transaction_type, amount,
         transaction_dt, source_id, position
       ) VALUES (gen_random_uuid(), 'TRANSACTION', '2022-10-01 12:11', '{}', gen_random_uuid(), 1,
         1, 1, '', '', '', 1, '2022-10-01', 1, 3);
       COMMIT`,
    );
    assert.equal((await migrated).includes("007_window_index"), true);
    const marked = await session.query(
      "SELECT position FROM stg.transactions WHERE source_id = 1 AND in_window",
    );
    assert.deepEqual(marked, [{ position: "3" }]);
  } finally {
    await session.close();
    await older.close();
  }
}, EMBEDDED_TIMERS);

postgresTest("an upgrade keeps the windows, and ends older versions that still run", async (t) => {
  await using database = await emptyDatabase(t);
  const session = await openSession(database.url);
  const older = await openSession(database.url);
  try {
    await olderDatabase(session);
    // A batch's first statement, as the version before this one sends it.
    const advance = () =>
      older.query(
        `UPDATE finpipe.source_partitions SET next_position = $3,
           updated_at = now() AT TIME ZONE 'UTC', retired_at = NULL
         WHERE id = $1 AND next_position = $2 RETURNING id`,
        [2, 3, 3],
      );
    assert.equal((await advance()).length, 1);
    const staging = new PostgresStaging(session);
    const windows = async () => {
      const partitions = await staging.topics.list("events");
      const found = [];
      for (const partition of partitions) {
        const versions = await Array.fromAsync(staging.landing.windowVersions(partition));
        found.push(versions.map(({ position }) => position));
      }
      return found;
    };
    assert.deepEqual((await staging.schema.migrate()).includes("007_window_index"), true);
    assert.deepEqual(await windows(), [[1, 2, 11, 12], [0, 1, 2]]);
    assert.deepEqual(await session.query(MARKS), [
      { needed: "f", in_window: "f", rows: "2" },
      { needed: "t", in_window: "f", rows: "1" },
      { needed: "t", in_window: "t", rows: "7" },
    ]);
    await assert.rejects(advance(), /updated_at/);
  } finally {
    await session.close();
    await older.close();
  }
}, EMBEDDED_TIMERS);
