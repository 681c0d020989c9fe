/** No landed row makes a later step fail: whatever is landed is dumped, loaded and counted. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { engineTests, type TestEngine } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { oddMessage } from "../support/events/odd_json.ts";
import { objectId } from "../support/partitions/rows.ts";

const engineTest = engineTests();

/** Few, so that a day has rows of both datasets. */
const day = fc.constantFrom("0001-01-01", "2022-10-01", "2024-02-29", "9999-12-31");
const time = fc.constantFrom("00:00:00", "12:34:56.7", "23:59:59.999999");
const moment = fc.tuple(day, fc.constantFrom("T", " "), time).map((parts) => parts.join(""));

/** Few as well, so that versions of an object meet on a day. */
const id = fc.nat(6).map(objectId);
const int64 = fc.oneof(
  fc.constantFrom(-9223372036854775807n, -1n, 0n, 1n, 9223372036854775807n),
  fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
);
const currency = fc.constantFrom(0, 410, 420, 430, 999);

/** What CSV, COPY, LIKE, NULL and a length in bytes may stumble over; at most 1,000 bytes. */
const text = fc.oneof(
  fc.constantFrom("", " ", "NULL", "\\N", "\\.", "\r", '"', '""', ",", "\n", "'", "%", "\u2028"),
  fc.constantFrom("x".repeat(1000), "é".repeat(500), "𝄞".repeat(250), '"'.repeat(1000)),
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replaceAll("\0", "")),
);
const status = fc.oneof(
  { arbitrary: fc.constantFrom("queued", "in_progress", "blocked", "chargeback"), weight: 1 },
  { arbitrary: fc.constant("done"), weight: 3 },
  { arbitrary: text, weight: 1 },
);

const transaction = fc.record({
  object_id: id,
  sent_dttm: moment,
  account_number_from: int64,
  account_number_to: int64,
  currency_code: currency,
  country: text,
  status,
  transaction_type: text,
  amount: int64,
  transaction_dt: moment,
}).map(({ object_id, sent_dttm, ...payload }) =>
  withIntegers(transactionMessage(numbered(payload), { object_id, sent_dttm }))
);

const rate = fc.record({
  object_id: id,
  sent_dttm: moment,
  date_update: moment,
  currency_code: currency,
  currency_code_with: fc.constantFrom(420, 420, 430),
  currency_with_div: fc.constantFrom("0.000001", "1", "5e-7", "999999999999.999999"),
}).map(({ object_id, sent_dttm, ...payload }) =>
  withIntegers(
    rateMessage({ ...payload, currency_with_div: `#${payload.currency_with_div}` }, {
      object_id,
      sent_dttm,
    }),
  )
);

/** Numbers as JSON.stringify does not write them: texts that {@link withIntegers} unquotes. */
function numbered(payload: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(payload).map((
      [key, value],
    ) => [key, typeof value === "bigint" ? `#${value}` : value]),
  );
}

function withIntegers(json: string): string {
  return json.replaceAll(/"(amount|account_\w+|currency_with_div)":"#([^"]*)"/g, '"$1":$2');
}

/** The days of all that is landed. */
async function landedDays(engine: TestEngine): Promise<string[]> {
  const rows = await engine.query(
    `SELECT transaction_dt::date AS day FROM stg.transactions
     UNION SELECT date_update::date FROM stg.currencies ORDER BY day`,
  );
  return rows.map(({ day }) => day!);
}

engineTest("no landed row makes a later step fail", async (engine) => {
  await engine.warehouse.migrate();
  const messages = fc.tuple(
    fc.array(transaction, { minLength: 40, maxLength: 80, size: "max" }),
    fc.array(rate, { maxLength: 20, size: "max" }),
    fc.array(oddMessage, { maxLength: 3 }).map((odd) => odd.map(({ text }) => text)),
  );
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(messages, async (parts) => {
      await engine.session.execute("TRUNCATE stg.transactions, stg.currencies");
      assert.equal((await engine.landText(jsonl(...parts.flat()))).rejected, 0);
      for (const day of await landedDays(engine)) {
        const manifests = await engine.dump(day);
        // What was landed before is gone from staging.
        const { datasets } = await engine.load(day, { allowShrink: true });
        assert.deepEqual(
          datasets.map(({ rows, refused, controlTotal }) => [Number(rows), refused, controlTotal]),
          manifests.map(({ rows, control_total }) => [rows, 0n, control_total]),
        );
        const mart = await engine.cdm(day);
        const counted = await engine.query(
          `SELECT count(DISTINCT currency_code) AS currencies FROM (
             SELECT DISTINCT ON (object_id) * FROM stg.transactions
             WHERE transaction_dt::date = $1::date
             ORDER BY object_id, sent_dttm DESC,
               array_position(ARRAY['queued', 'in_progress', 'blocked', 'done', 'chargeback'], status)
                 DESC NULLS LAST,
               landing_id DESC
           ) AS latest
           WHERE status = 'done' AND account_number_from > 0 AND account_number_to > 0`,
          [day],
        );
        assert.equal(mart.rows + mart.leftOut.length, Number(counted[0]!.currencies));
        rows += mart.rows;
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
  assert.ok(rows > 0, "some of it is counted");
});
