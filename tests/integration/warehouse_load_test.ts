/** Days of a warehouse: replaced as a whole, refused, compared. */
import assert from "node:assert/strict";
import type { LoadLimits } from "../../lib/warehouse/repository.ts";
import { objectId, rate, transaction } from "../support/warehouse_rows.ts";
import { STRICT_LIMITS, warehouseTests } from "../support/warehouses.ts";
import { openPartitionFile } from "../../lib/partitions/partition_file.ts";
import { csv, type Row, total, writePartition, writePartitionText } from "../support/reference.ts";

import {
  amounts,
  DAY,
  isDataError,
  refused,
  sideTables,
  standing,
  undoTables,
  withRefused,
} from "../support/warehouse_days.ts";

const warehouseTest = warehouseTests();
const NEXT = "2022-10-02";
const day = Temporal.PlainDate.from(DAY);
const next = Temporal.PlainDate.from(NEXT);

warehouseTest("a load replaces its day as a whole, and no other", async (test) => {
  await test.migrate();
  await test.load("transactions", NEXT, [transaction(NEXT, { amount: "9" })]);
  await test.load("transactions", DAY, amounts(1, 2));
  await test.load("transactions", DAY, amounts(3));
  assert.deepEqual(await standing(test), ["3", "9"]);
  const { rows, controlTotal } = await test.warehouse.measureDay("transactions", day);
  assert.deepEqual([rows, controlTotal], [1n, "3"]);
});

warehouseTest(
  "an empty file empties the day: loaded and empty is not never loaded",
  async (test) => {
    await test.migrate();
    assert.equal(await test.warehouse.loadRecord("transactions", day), undefined);
    await test.load("transactions", DAY, amounts(1));
    await test.load("transactions", DAY, []);
    assert.deepEqual(await standing(test), []);
    const record = await test.warehouse.loadRecord("transactions", day);
    assert.deepEqual([record?.rows, record?.controlTotal], [0n, "0"]);
    assert.equal(await test.warehouse.loadRecord("transactions", next), undefined);
  },
);

warehouseTest("the control total of an empty day of rates is its manifest's", async (test) => {
  await test.migrate();
  for (const manifests of ["0.000000", "0"]) {
    const figures = { rows: 0, control_total: manifests };
    const file = await writePartitionText(test.workDir, "currencies", DAY, "", figures);
    const { before: _before, ...loaded } = await test.warehouse.replaceDay(file, STRICT_LIMITS);
    assert.deepEqual([loaded.rows, loaded.controlTotal], [0n, "0.000000"]);
    assert.deepEqual(await test.warehouse.loadRecord("currencies", day), loaded);
    const measure = await test.warehouse.measureDay("currencies", day);
    assert.deepEqual(measure, { rows: 0n, controlTotal: "0.000000" });
  }
});

warehouseTest("values stand as they are in the file", async (test) => {
  await test.migrate();
  const hostile = [
    "",
    " ",
    "NULL",
    "\\N",
    "\\.",
    'a "b"',
    "c,d",
    "e\nf",
    "g\r\nh",
    "i\rj",
    "é".repeat(500),
  ];
  const rows = hostile.map((country) => transaction(DAY, { country, transaction_type: country }));
  await test.load("transactions", DAY, rows);
  const found = await test.query(
    "SELECT country, transaction_type FROM staging.transactions ORDER BY object_id",
  );
  assert.deepEqual(found, hostile.map((text) => ({ country: text, transaction_type: text })));
});

warehouseTest(
  "rows or control total other than the manifest's fail the load; the old day stays",
  async (test) => {
    await test.migrate();
    await test.load("transactions", DAY, amounts(1));
    const record = await test.warehouse.loadRecord("transactions", day);
    const text = csv(amounts(20, 30));
    for (
      const [figures, message] of [
        [{ rows: 3, control_total: "50" }, /2 rows taken and 0 refused, the manifest says 3$/],
        [{ rows: 2, control_total: "51" }, /^Control totals of transactions for 2022-10-01 differ/],
        [{ rows: 2, control_total: "-50" }, /^Control totals/],
      ] as const
    ) {
      const file = await writePartitionText(test.workDir, "transactions", DAY, text, figures);
      await assert.rejects(test.warehouse.replaceDay(file, STRICT_LIMITS), isDataError(message));
      assert.deepEqual(await standing(test), ["1"]);
      assert.deepEqual(await test.warehouse.loadRecord("transactions", day), record);
    }
    assert.deepEqual(await sideTables(test), await undoTables(test));
  },
);

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
      [bad({ sent_dttm: "2022-13-01 00:00:00" }), "sent_dttm: no real date or time"],
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
        "not the fields of a row, or a quote that is not closed",
      ],
      [good(3).replace("\n", ",more\n"), "not the fields of a row, or a quote that is not closed"],
      ["\n", "not the fields of a row, or a quote that is not closed"],
      [bad({ country: "\0" }), "not UTF-8, or holds U+0000"],
      [good(4), undefined],
      [bad({ country: "two\nlines", amount: "x" }), "amount: not of the column's type"],
      [good(5), undefined],
      ['"not closed', "not the fields of a row, or a quote that is not closed"],
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
      /^Refused 5 rows of .*, 4 are allowed: line 2: country: no value \(an empty string must be/,
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
        /^Refused 2 rows of transactions for 2022-10-01, 1 are allowed: line 2: .*amount/,
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

warehouseTest("an aborted load reads no further and leaves the old day", async (test) => {
  await test.migrate();
  await test.load("transactions", DAY, amounts(1));
  const file = await withRefused(test, "never read");
  const reason = new Error("stop");
  const limits = { maxRejected: 1, signal: AbortSignal.abort(reason) };
  await assert.rejects(test.warehouse.replaceDay(file, limits), reason);
  assert.deepEqual(await standing(test), ["1"]);
  assert.deepEqual(await refused(test), []);
});

warehouseTest("a side table that a killed load left is dropped by the next", async (test) => {
  await test.migrate();
  const name = test.name === "embedded" ? "transactions_load" : "transactions_load_0123456789ab";
  await test.query(`CREATE TABLE staging.${name} (some_old_column integer)`);
  await test.load("transactions", DAY, amounts(1));
  assert.deepEqual(await standing(test), ["1"]);
  assert.deepEqual(await sideTables(test), await undoTables(test));
});

warehouseTest("the first and the last date can be loaded and put back", async (test) => {
  await test.migrate();
  for (const date of ["0001-01-01", "9999-12-31"]) {
    const at = [`${date} 00:00:00`, `${date} 23:59:59.999999`];
    await test.load(
      "transactions",
      date,
      at.map((transaction_dt) => transaction(date, { transaction_dt })),
    );
    await test.load("transactions", date, []);
    const partition = Temporal.PlainDate.from(date);
    assert.equal(await test.warehouse.undoDay("transactions", partition), true);
    assert.equal((await test.warehouse.measureDay("transactions", partition)).rows, 2n);
  }
});

warehouseTest("control totals are exact beyond 64 bits and beyond doubles", async (test) => {
  await test.migrate();
  const most = "9223372036854775807";
  await test.load(
    "transactions",
    DAY,
    [most, most, most].map((amount) => transaction(DAY, { amount })),
  );
  const rates = ["999999999999.999999", "999999999999.999999", "0.000001"];
  await test.load("currencies", DAY, rates.map((value) => rate(DAY, { currency_with_div: value })));
  const totals = ["transactions", "currencies"] as const;
  for (const [index, expected] of [total([most, most, most]), total(rates)].entries()) {
    const { controlTotal } = await test.warehouse.measureDay(totals[index]!, day);
    assert.equal(controlTotal, expected);
  }
});

warehouseTest(
  "a file loaded over several sessions is the same day, its refused rows too",
  async (test) => {
    await test.migrate();
    const rows = Array.from({ length: 9000 }, (_, n) =>
      transaction(DAY, {
        amount: n % 4000 === 3999 ? "x" : String(n),
        country: 'two\nlines, "q"',
      }));
    const text = csv(rows);
    assert.ok(text.length > 1 << 20);
    const figures = { rows: rows.length, control_total: "0" };
    const file = await writePartitionText(test.workDir, "transactions", DAY, text, figures);
    const limits: LoadLimits = { ...STRICT_LIMITS, maxRejected: 2, streams: 3 };
    const record = await test.warehouse.replaceDay(file, limits);
    assert.deepEqual([record.rows, record.refused], [8998n, 2n]);
    const sum = rows.reduce((sum, row) => sum + (row[9] === "x" ? 0n : BigInt(row[9]!)), 0n);
    assert.equal(record.controlTotal, String(sum));
    const numbers = (await refused(test)).map(([line]) => Number(line));
    // The embedded warehouse counts lines, of which these rows have two.
    const expected = test.name === "embedded" ? [7999, 15999] : [4000, 8000];
    assert.deepEqual(numbers, expected);

    const tooMany: LoadLimits = { ...limits, maxRejected: 1 };
    await assert.rejects(test.warehouse.replaceDay(file, tooMany), isDataError(/^Refused 2 rows/));
    assert.equal((await test.warehouse.measureDay("transactions", day)).rows, 8998n);
  },
);

warehouseTest("a load says what stood before it", async (test) => {
  await test.migrate();
  const loads: (bigint | undefined)[][] = [];
  for (const rows of [amounts(1, 2), [], amounts(3), amounts(3)]) {
    const file = await writePartition(test.workDir, "transactions", DAY, rows);
    const { rows: after, before } = await test.warehouse.replaceDay(file, STRICT_LIMITS);
    loads.push([before?.rows, after]);
  }
  assert.deepEqual(loads, [[undefined, 2n], [2n, 0n], [0n, 1n], [1n, 1n]]);
  await test.warehouse.undoDay("transactions", day);
  const file = await writePartition(test.workDir, "transactions", DAY, amounts(4));
  const { before } = await test.warehouse.replaceDay(file, STRICT_LIMITS);
  assert.equal(before?.manifestRows, 1n);
});

warehouseTest(
  "a day that would shrink is refused under the load's lock, unless that is asked for",
  async (test) => {
    await test.migrate();
    const load = async (rows: Row[], limits: Partial<LoadLimits> = {}) => {
      const file = await writePartition(test.workDir, "transactions", DAY, rows);
      return await test.warehouse.replaceDay(file, {
        ...STRICT_LIMITS,
        allowShrink: false,
        ...limits,
      });
    };
    // A day that was loaded empty, and a file of as many rows, shrink by nothing.
    await load([]);
    await load([]);
    await load(amounts(1, 2));
    await load(amounts(3, 4));
    const record = await test.warehouse.loadRecord("transactions", day);
    for (const [rows, count] of [[amounts(5), "1 row"], [[], "0 rows"]] as const) {
      await assert.rejects(
        load([...rows]),
        isDataError(
          new RegExp(
            `^Refused to shrink transactions for ${DAY}: the file has ${count}, ` +
              "that of the load that stands had 2$",
          ),
        ),
      );
      assert.deepEqual(await standing(test), ["3", "4"]);
      assert.deepEqual(await test.warehouse.loadRecord("transactions", day), record);
    }
    assert.deepEqual(await sideTables(test), await undoTables(test));
    // An undo may shrink a day, and what it puts back is what counts from then on.
    await load(amounts(6, 7, 8));
    assert.equal(await test.warehouse.undoDay("transactions", day), true);
    await load(amounts(9, 10));
    assert.equal((await load(amounts(11), { allowShrink: true })).before?.rows, 2n);
    assert.deepEqual(await standing(test), ["11"]);
  },
);

warehouseTest(
  "it is the files' rows that count, not those that were refused of them",
  async (test) => {
    await test.migrate();
    const limits = { ...STRICT_LIMITS, allowShrink: false, maxRejected: 1 };
    await test.warehouse.replaceDay(await withRefused(test, "x"), limits);
    assert.deepEqual(await standing(test), ["1"]);
    const fewer = await writePartition(test.workDir, "transactions", DAY, amounts(2));
    await assert.rejects(test.warehouse.replaceDay(fewer, limits), isDataError(/had 2$/));
    const mended = await writePartition(test.workDir, "transactions", DAY, amounts(3, 4));
    assert.equal((await test.warehouse.replaceDay(mended, limits)).before?.rows, 1n);
  },
);

/** A day of rates, so large that several sessions would copy it. */
const LARGE = { transactions: 8000, currencies: 14_000 };

for (const dataset of ["transactions", "currencies"] as const) {
  warehouseTest(
    `what is loaded of ${dataset} is what was proven, whatever is done to the file meanwhile`,
    async (test) => {
      await test.migrate();
      const rowsOf = (count: number) =>
        Array.from(
          { length: count },
          () => dataset === "transactions" ? transaction(DAY) : rate(DAY),
        );
      const old = await writePartition(test.workDir, dataset, DAY, rowsOf(1));
      await test.warehouse.replaceDay(old, STRICT_LIMITS);
      const record = await test.warehouse.loadRecord(dataset, day);
      const { path, manifest } = await writePartition(
        test.workDir,
        dataset,
        DAY,
        rowsOf(LARGE[dataset]),
      );
      assert.ok(manifest.bytes > 1 << 20);
      const text = await Deno.readTextFile(path);
      for (const streams of [1, 3]) {
        const limits = { ...STRICT_LIMITS, streams };
        // An editor writes into it, at its start, in its midst and at its end: as many rows, and
        // the same control total.
        for (const at of [40, text.length / 2, text.length - 100]) {
          await Deno.writeTextFile(path, text);
          using file = await openPartitionFile(test.workDir, dataset, day);
          await editYear(path, text, Math.floor(at));
          await assert.rejects(
            test.warehouse.replaceDay(file, limits),
            isDataError(/^Partition file was changed while it was loaded: .*2022-10-01\.csv$/),
          );
          assert.deepEqual(await test.warehouse.loadRecord(dataset, day), record);
          assert.equal((await test.warehouse.measureDay(dataset, day)).rows, 1n);
          assert.deepEqual(await sideTables(test), await undoTables(test));
        }
        // A dump puts another file in its place: what was opened is loaded.
        await Deno.writeTextFile(path, text);
        using file = await openPartitionFile(test.workDir, dataset, day);
        await Deno.writeTextFile(`${path}.tmp`, "");
        await Deno.rename(`${path}.tmp`, path);
        const loaded = await test.warehouse.replaceDay(file, limits);
        assert.equal(loaded.rows, BigInt(LARGE[dataset]));
        assert.equal(loaded.sha256, manifest.sha256);
        await test.warehouse.undoDay(dataset, day);
      }
    },
  );
}

for (const dataset of ["transactions", "currencies"] as const) {
  warehouseTest(
    `a load of ${dataset} says how far it is, and ends when it is told to`,
    async (test) => {
      await test.migrate();
      const rows = Array.from(
        { length: LARGE[dataset] },
        () => dataset === "transactions" ? transaction(DAY, { country: "" }) : rate(DAY),
      );
      const { manifest: { bytes } } = await writePartition(test.workDir, dataset, DAY, rows);
      for (const streams of [1, 3]) {
        const works: { work: string; of: number | undefined; bytes: number }[] = [];
        const watch = {
          begin: (work: string, of?: number) => void works.push({ work, of, bytes: 0 }),
          add: (bytes: number) => void (works.at(-1)!.bytes += bytes),
        };
        const stop = new AbortController();
        const options = { watch, signal: stop.signal };
        using file = await openPartitionFile(test.workDir, dataset, day, options);
        await test.warehouse.replaceDay(file, { ...STRICT_LIMITS, streams });
        const said = works.map(({ work }) => work).filter((work, at, all) => work !== all[at - 1]);
        const isParted = said.includes("cutting");
        const isSearched = said.includes("looking at strings");
        assert.deepEqual(said, [
          "proving",
          ...(isParted ? ["cutting"] : []),
          "loading",
          ...(isSearched ? ["comparing", "looking at strings"] : []),
          "comparing",
          "swapping",
        ]);
        if (test.name === "vertica") {
          assert.deepEqual([isParted, isSearched], [streams > 1, dataset === "transactions"]);
        }
        for (const { work, of, bytes: read } of works) {
          if (work === "comparing" || work === "swapping") {
            assert.deepEqual([of, read], [undefined, 0]);
          } else assert.deepEqual([work, of, read], [work, bytes, bytes]);
        }
        stop.abort(new Error("told to"));
        const again = test.warehouse.replaceDay(file, { ...STRICT_LIMITS, streams });
        await assert.rejects(again, /told to/);
        await assert.rejects(
          openPartitionFile(test.workDir, dataset, day, options),
          /told to/,
        );
        const record = await test.warehouse.loadRecord(dataset, day);
        assert.equal(record?.rows, BigInt(rows.length));
      }
    },
  );
}

/** Changes the year of the first sent time that stands behind a place of the file. */
async function editYear(path: string, text: string, from: number): Promise<void> {
  const at = text.indexOf(",2022-10-01 00:00:00,", from);
  const found = at === -1 ? text.lastIndexOf(",2022-10-01 00:00:00,") : at;
  using file = await Deno.open(path, { write: true });
  await file.seek(found + 1, Deno.SeekMode.Start);
  await file.write(new TextEncoder().encode("2021"));
}
