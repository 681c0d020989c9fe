/** Rows of a partition file that a warehouse refuses. */
import assert from "node:assert/strict";
import type { LoadLimits } from "../../lib/warehouse/repository.ts";
import { objectId, rate, transaction } from "../support/partitions/rows.ts";
import { STRICT_LIMITS, warehouseTests } from "../support/warehouse/warehouses.ts";
import { csv, writePartitionText } from "../support/partitions/reference.ts";
import {
  amounts,
  DAY,
  isDataError,
  refused,
  sideTables,
  standing,
  undoTables,
} from "../support/warehouse/days.ts";

const warehouseTest = warehouseTests();

warehouseTest(
  "each refused row is kept with its line and reason, the others are loaded",
  async (test) => {
    await test.migrate();
    const good = (amount: number) => csv(amounts(amount));
    const bad = (fields: Record<string, string>) => csv([transaction(DAY, fields)]);
    const lines: [text: string, reason: string | undefined][] = [
      [good(1), undefined],
      [bad({ amount: "12.50" }), "amount: not of the column's type"],
      [bad({ amount: "9223372036854775808" }), "amount: out of range"],
      [bad({ object_id: "nobody" }), "object_id: not of the column's type"],
      [bad({ sent_dttm: "2022-13-01 00:00:00" }), "sent_dttm: not a real date or time"],
      [bad({ sent_dttm: "yesterdays" }), "sent_dttm: not a timestamp"],
      [bad({ transaction_dt: "2022-10-02 00:00:00" }), "not of the day"],
      [bad({ transaction_dt: "2022-09-30 23:59:59.999999" }), "not of the day"],
      [bad({ currency_code: "1000" }), "currency_code: not 0 to 999"],
      [bad({ country: "é".repeat(501) }), "country: longer than 1,000 bytes"],
      [bad({ status: "s".repeat(1001) }), "status: longer than 1,000 bytes"],
      [good(2).replace(',"",', ",,"), "country: no value (an empty string must be quoted)"],
      ["one,two\n", "object_id: not of the column's type"],
      [
        `${objectId(1)},2022-10-01 00:00:00\n`,
        "wrong number of fields, or a quote that is not closed",
      ],
      [good(3).replace("\n", ",more\n"), "wrong number of fields, or a quote that is not closed"],
      ["\n", "wrong number of fields, or a quote that is not closed"],
      [bad({ country: "\0" }), "not UTF-8, or holds U+0000"],
      [good(4), undefined],
      [bad({ country: "two\nlines", amount: "x" }), "amount: not of the column's type"],
      [good(5), undefined],
      ['"not closed', "wrong number of fields, or a quote that is not closed"],
    ];
    const expected: [string, string, string][] = [];
    let line = 1;
    for (const [text, reason] of lines) {
      const raw = new TextEncoder().encode(text.replace(/\n$/, "")).toHex();
      if (reason !== undefined) expected.push([String(line), reason, raw]);
      line += text.split("\n").length - 1;
    }
    const text = lines.map(([text]) => text).join("");
    const figures = { rows: lines.length, control_total: "0" };
    const file = await writePartitionText(test.workDir, "transactions", DAY, text, figures);
    const limits: LoadLimits = { ...STRICT_LIMITS, maxRejected: expected.length };
    const record = await test.warehouse.replaceDay(file, limits);

    assert.deepEqual([record.rows, record.refused], [3n, BigInt(expected.length)]);
    assert.deepEqual(await standing(test), ["1", "4", "5"]);
    assert.deepEqual(await refused(test), expected);
  },
  ["embedded"],
);

warehouseTest("an absent string is refused, an empty one is a value", async (test) => {
  await test.migrate();
  const strings = ["country", "status", "transaction_type"];
  const empty = Object.fromEntries(strings.map((column) => [column, ""]));
  const absent = (columns: string[], fields: Record<string, string> = {}) => {
    const marks = Object.fromEntries(columns.map((column) => [column, `absent ${column}`]));
    return csv([transaction(DAY, { ...empty, ...fields, ...marks })])
      .replace(/absent \w+/g, "");
  };
  const lines: [text: string, column: string | undefined][] = [
    [csv([transaction(DAY, { ...empty, amount: "1" })]), undefined],
    ...strings.map((column): [string, string] => [absent([column]), column]),
    [csv([transaction(DAY, { country: ",,", status: '",,"', amount: "2" })]), undefined],
    [csv([transaction(DAY, { country: "two\n,,lines", status: "", amount: "3" })]), undefined],
    [absent(["status", "transaction_type"], { country: '"",,' }), "status"],
    [absent(["country"], { transaction_dt: "2022-10-02 00:00:00" }), "country"],
    [csv([transaction(DAY, { ...empty, amount: "4" })]).trimEnd(), undefined],
  ];
  const text = lines.map(([text]) => text).join("");
  const figures = { rows: lines.length, control_total: "0" };
  const file = await writePartitionText(test.workDir, "transactions", DAY, text, figures);
  await assert.rejects(
    test.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 4 }),
    isDataError(
      /^Refused 5 rows of .* \(4 allowed\): line 2: country: no value \(an empty string must be/,
    ),
  );
  assert.deepEqual(await standing(test), []);

  const record = await test.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 5 });
  assert.deepEqual([record.rows, record.refused], [4n, 5n]);
  assert.deepEqual(await standing(test), ["1", "2", "3", "4"]);
  const found = (await refused(test)).map(([, reason, raw]) => [
    reason,
    test.name === "embedded" ? new TextDecoder().decode(Uint8Array.fromHex(raw)) : raw,
  ]);
  const expected = lines.filter(([, column]) => column !== undefined).map(([text, column]) => [
    `${column}: no value (an empty string must be quoted)`,
    text.replace(/\n$/, ""),
  ]);
  assert.deepEqual(found, expected);
  const [{ rows }] = await test.query(
    "SELECT COUNT(*) AS rows FROM staging.transactions WHERE country = '' AND status = ''",
  ) as [{ rows: string }];
  assert.equal(rows, "2");
});

warehouseTest("a rate that is no rate is refused", async (test) => {
  await test.migrate();
  const rows = ["NaN", "0.000000", "-1.000000", "1000000000000.000000", "0.5"]
    .map((currency_with_div) => rate(DAY, { currency_with_div }));
  const figures = { rows: 5, control_total: "0" };
  const file = await writePartitionText(test.workDir, "currencies", DAY, csv(rows), figures);
  await test.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 4 });
  const range = "currency_with_div: not 0.000001 to 999999999999.999999";
  const reasons = (await refused(test)).map(([, reason]) => reason);
  assert.deepEqual(reasons, [range, range, range, "currency_with_div: out of range"]);
}, ["embedded"]);

warehouseTest(
  "more refused rows than the limit fail the load, and can be looked at",
  async (test) => {
    await test.migrate();
    await test.load("transactions", DAY, amounts(1));
    const rows = [
      ...amounts(2),
      transaction(DAY, { amount: "x" }),
      transaction(DAY, { amount: "y" }),
    ];
    const figures = { rows: 3, control_total: "2" };
    const file = await writePartitionText(test.workDir, "transactions", DAY, csv(rows), figures);
    await assert.rejects(
      test.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 1 }),
      isDataError(
        /^Refused 2 rows of transactions for 2022-10-01 \(1 allowed\): line 2: .*amount/,
      ),
    );
    assert.deepEqual(await standing(test), ["1"]);
    assert.equal((await refused(test)).length, 2);
    assert.deepEqual(await sideTables(test), await undoTables(test));

    // A failed load's rows go with the day's next load.
    await test.load("transactions", DAY, amounts(3));
    assert.deepEqual(await refused(test), []);
  },
);

warehouseTest(
  "a file that is refused whole is given up a hundred rows beyond the limit",
  async (test) => {
    await test.migrate();
    const text = "no row\n".repeat(5000);
    const figures = { rows: 5000, control_total: "0" };
    const file = await writePartitionText(test.workDir, "transactions", DAY, text, figures);
    await assert.rejects(
      test.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 10 }),
      // Vertica counts them all, and keeps no more.
      isDataError(test.name === "embedded" ? /^Refused at least 111 rows/ : /^Refused 5000 rows/),
    );
    assert.ok((await refused(test)).length <= 111);
  },
);
