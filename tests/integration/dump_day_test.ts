/** What a partition file holds (contract, section 4), on each engine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { DATASET_NAMES } from "../../lib/events/dataset.ts";
import { dumpDay, dumpDayApart } from "../../lib/staging/postgres/statements.ts";
import { SIGNATURE } from "../../lib/runtime/version.ts";
import { objectId } from "../support/partitions/rows.ts";
import { engineTests, NOW, openSession, type TestEngine } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { csv } from "../support/partitions/reference.ts";

const engineTest = engineTests();

const DAY = "2022-10-01";

/** The fields of a file's rows, as another program reads them. */
function rowsOf(text: string): string[][] {
  return parse(text, { record_delimiter: "\n" });
}

engineTest("a day's file holds that day's rows alone", async (engine) => {
  const at = (time: string) => transactionMessage({ transaction_dt: time });
  const rateAt = (time: string) => rateMessage({ date_update: time });
  const inside = ["2022-10-01 00:00:00", "2022-10-01T12:30:00.5", "2022-10-01 23:59:59.999999"];
  const outside = [
    "2022-09-30 23:59:59.999999",
    "2022-10-02 00:00:00",
    "0001-01-01 00:00:00",
    "9999-12-31 23:59:59.999999",
    "2021-10-01 12:00:00",
  ];
  await engine.landText(jsonl(
    ...[...inside, ...outside].flatMap((time) => [at(time), rateAt(time)]),
  ));
  const manifests = await engine.dump(DAY);
  assert.deepEqual(manifests.map(({ rows, staged_rows }) => [rows, staged_rows]), [[3, 3], [3, 3]]);
  const expected = ["00:00:00", "12:30:00.5", "23:59:59.999999"].map((time) => `${DAY} ${time}`);
  const files = await Promise.all(DATASET_NAMES.map((name) => engine.partitionFile(name, DAY)));
  assert.deepEqual(rowsOf(files[0]!).map((row) => row[10]), expected);
  assert.deepEqual(rowsOf(files[1]!).map((row) => row[2]), expected);
  // Dumped again, the bytes are the same.
  await engine.dump(DAY);
  const again = await Promise.all(DATASET_NAMES.map((name) => engine.partitionFile(name, DAY)));
  assert.deepEqual(again, files);
  for (const [day, count] of [["0001-01-01", 1], ["9999-12-31", 1], ["2022-10-03", 0]] as const) {
    assert.equal((await engine.dump(day))[0]!.rows, count, day);
  }
});

engineTest("a file that is begun anew has nothing left of the one before", async (engine) => {
  const long = { country: "x".repeat(900) };
  const messages = Array.from({ length: 400 }, (_, i) => [
    transactionMessage({ ...long, amount: 1 }, { object_id: objectId(i) }),
    transactionMessage({ ...long, amount: 2 }, { object_id: objectId(i) }),
  ]);
  await engine.landText(jsonl(...messages.flat()));
  const [manifest] = await engine.dump(DAY);
  const file = await engine.partitionFile("transactions", DAY);
  assert.ok(file.length > 256 * 1024);
  assert.equal(file.length, manifest!.bytes);
  assert.deepEqual([manifest!.rows, manifest!.staged_rows, manifest!.control_total], [
    400,
    800,
    "800",
  ]);
  assert.equal(manifest!.sha256, createHash("sha256").update(file).digest("hex"));
});

engineTest(
  "any string comes out of the file as it went in, quoted where it must be",
  async (engine) => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 10 }).map((value) => value.replaceAll("\0", "")),
      fc.string({ unit: fc.constantFrom(..."\",\r\n\\.N ;\t'é€"), maxLength: 8 }),
      fc.constantFrom("", "\\.", "\\N", "NULL", '"', " ", "\ufeff", "x".repeat(1000)),
    );
    const fields = fc.record({ country: text, status: text, transaction_type: text });
    let next = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fields, { minLength: 40, maxLength: 40 }), async (messages) => {
        const day = Temporal.PlainDate.from(DAY).add({ days: ++next }).toString();
        const rows = messages.map(({ country, status, transaction_type }, i) => {
          const id = objectId(next * 100 + i);
          const payload = { country, status, transaction_type, transaction_dt: `${day} 12:00:00` };
          return {
            message: transactionMessage(payload, { object_id: id }),
            row: [
              id,
              "2022-10-01 12:00:00",
              id,
              "1",
              "2",
              "430",
              country,
              status,
              transaction_type,
              "100",
              `${day} 12:00:00`,
            ],
          };
        });
        await engine.landText(jsonl(...rows.map(({ message }) => message)));
        const [manifest] = await engine.dump(day, ["transactions"]);
        const file = await engine.partitionFile("transactions", day);
        assert.equal(file, csv(rows.map(({ row }) => row)));
        assert.deepEqual(rowsOf(file), rows.map(({ row }) => row));
        assert.equal(manifest!.rows, 40);
        assert.equal(manifest!.control_total, "4000");
      }),
      { numRuns: 6 },
    );
  },
);

engineTest("the manifest says what is in the file, and up to where", async (engine) => {
  const id = objectId(1);
  const twice = [1, 2].map((minute) =>
    rateMessage(
      { currency_with_div: minute },
      { object_id: id, sent_dttm: `2022-10-01T00:0${minute}:00` },
    )
  );
  const text = jsonl(...twice, rateMessage({ currency_with_div: 999999999999.5 }));
  const path = await engine.write("events.jsonl", text);
  await engine.land(path);
  const least = transactionMessage({ amount: "least" }).replace('"least"', "-9223372036854775807");
  await engine.landText(jsonl(least));
  const [transactions, currencies] = await engine.dump(DAY);
  const file = await Deno.readFile(`${engine.workDir}/partitions/currencies/${DAY}.csv`);
  assert.deepEqual(currencies, {
    dataset: "currencies",
    partition: DAY,
    rows: 2,
    staged_rows: 3,
    bytes: file.length,
    sha256: createHash("sha256").update(file).digest("hex"),
    control_total: "1000000000001.500000",
    created_at: NOW.toString(),
    version: SIGNATURE,
    snapshot: transactions!.snapshot,
    sources: [{ source: path, partition: 0, next_position: String(text.length), rows: 3 }],
    complete: null,
  });
  assert.equal(transactions!.control_total, "-9223372036854775807");
  assert.deepEqual(transactions!.sources.map(({ source, rows }) => [source, rows]), [["stdin", 1]]);
  const onDisk = await Deno.readTextFile(
    `${engine.workDir}/partitions/currencies/${DAY}.manifest.json`,
  );
  assert.deepEqual(JSON.parse(onDisk), currencies);
  assert.notEqual((await engine.dump(DAY))[0]!.snapshot, transactions!.snapshot);
});

engineTest(
  "the manifest counts the day's rows by source; replayed ones have none",
  async (engine) => {
    const other = { transaction_dt: "2022-10-02 12:00:00" };
    await engine.landText(jsonl(transactionMessage(), transactionMessage(), rateMessage()));
    await engine.landText(jsonl(transactionMessage(other)));
    await engine.landText(jsonl(transactionMessage(), transactionMessage(other)));
    await engine.session.execute(`
    INSERT INTO finpipe.source_partitions (kind, source, partition, next_position)
    VALUES ('kafka', 'events', 0, 7), ('kafka', 'events', 1, 9);
    INSERT INTO stg.transactions
      (object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
       account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
       source_id, position, replayed_id)
    SELECT gen_random_uuid(), object_type, sent_dttm, payload, operation_id, account_number_from,
      account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
      from_id, CASE WHEN from_id IS NULL THEN NULL ELSE 8 END,
      CASE WHEN from_id IS NULL THEN 1 END
    FROM stg.transactions, (
      SELECT id AS from_id FROM finpipe.source_partitions WHERE source = 'events' AND partition = 1
      UNION ALL SELECT NULL
    ) AS added
    WHERE source_id = 3 AND transaction_dt < DATE '2022-10-02'`);
    const [transactions, currencies] = await engine.dump(DAY);
    const sourcesOf = (manifest = transactions!) =>
      manifest.sources.map(({ source, partition, rows }) => [source, partition, rows]);
    assert.equal(transactions!.staged_rows, 5);
    assert.deepEqual(sourcesOf(), [
      ["events", 0, 0],
      ["events", 1, 1],
      ["stdin", 0, 2],
      ["stdin", 2, 1],
    ]);
    assert.deepEqual(sourcesOf(currencies), [["events", 0, 0], ["events", 1, 0], ["stdin", 0, 1]]);
    assert.equal(transactions!.sources[1]!.next_position, "9");
  },
);

engineTest("a day without rows gives an empty file in the place of yesterday's", async (engine) => {
  await engine.landText(jsonl(transactionMessage(), rateMessage()));
  await engine.dump(DAY);
  await engine.session.execute("TRUNCATE stg.transactions, stg.currencies");
  const manifests = await engine.dump(DAY);
  for (const [i, name] of DATASET_NAMES.entries()) {
    assert.equal(await engine.partitionFile(name, DAY), "");
    const { rows, staged_rows, bytes, control_total } = manifests[i]!;
    assert.deepEqual([rows, staged_rows, bytes], [0, 0, 0]);
    assert.match(control_total, /^0(\.000000)?$/);
  }
});

engineTest("both datasets, counts and positions are of one snapshot", async (engine) => {
  await engine.landText(jsonl(transactionMessage(), rateMessage()));
  const other = await openSession(engine.url);
  const copyDay = engine.session.copyOut;
  try {
    let copies = 0;
    engine.session.copyOut = async (statement, sink) => {
      await copyDay.call(engine.session, statement, sink);
      if (++copies > 1) return;
      await other.execute(`
        INSERT INTO stg.currencies SELECT gen_random_uuid(), object_type, sent_dttm, payload,
          date_update, currency_code, currency_code_with, currency_with_div, source_id, position
        FROM stg.currencies;
        UPDATE finpipe.source_partitions SET next_position = next_position + 1`);
    };
    const before = await engine.query("SELECT next_position FROM finpipe.source_partitions");
    const manifests = await engine.dump(DAY);
    assert.equal(copies, 2);
    for (const { rows, staged_rows, sources } of manifests) {
      assert.deepEqual([rows, staged_rows], [1, 1]);
      assert.equal(sources[0]!.next_position, before[0]!.next_position);
    }
    engine.session.copyOut = copyDay;
    assert.equal((await engine.dump(DAY))[1]!.rows, 2);
  } finally {
    await other.close();
  }
  // The embedded engine has one session: nothing can be landed in between.
}, ["postgres"]);

/** The plan of what a COPY statement reads. */
async function planOf(engine: TestEngine, copy: string): Promise<string> {
  const [, select] = /COPY \(([\s\S]*)\) TO STDOUT/.exec(copy)!;
  const rows = await engine.query(`EXPLAIN ${select}`);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

engineTest("a day is read through the index, whatever else the table holds", async (engine) => {
  await engine.session.execute(`
    INSERT INTO stg.transactions
      (object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
       account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
       source_id, position)
    SELECT gen_random_uuid(), 'TRANSACTION', day, '{}', gen_random_uuid(), 1, 2, 430, '', 'done', '',
      1, day, 1, n
    FROM (
      SELECT n, CASE n % 1000 WHEN 0 THEN timestamp '0001-01-01' WHEN 1 THEN '9999-12-31 23:59:59'
        ELSE timestamp '2022-10-01' + n % 62 * interval '1 day' END AS day
      FROM generate_series(1, 30000) AS n
    ) AS days;
    INSERT INTO stg.currencies
      (object_id, object_type, sent_dttm, payload, date_update, currency_code, currency_code_with,
       currency_with_div, source_id, position)
    SELECT object_id, 'CURRENCY', sent_dttm, payload, transaction_dt, 430, 420, 1, 1, position
    FROM stg.transactions`);
  for (const analysed of [false, true]) {
    if (analysed) await engine.session.execute("ANALYZE stg.transactions, stg.currencies");
    for (const day of [DAY, "0001-01-01", "9999-12-31"]) {
      const date = Temporal.PlainDate.from(day);
      for (
        const [name, copy] of [
          ["transactions", dumpDay("transactions", date)],
          ["transactions", dumpDayApart(date)],
          ["currencies", dumpDay("currencies", date)],
        ] as const
      ) {
        const plan = await planOf(engine, copy);
        assert.match(plan, new RegExp(`(Index|Bitmap Index) Scan .*${name}_by_day`), plan);
        assert.doesNotMatch(plan, /Seq Scan/, plan);
      }
    }
  }
  assert.equal((await engine.dump("9999-12-31"))[0]!.rows, 30);
});
