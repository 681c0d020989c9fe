import assert from "node:assert/strict";
import fc from "fast-check";
import { DATASETS, fileColumns } from "../../lib/events/dataset.ts";
import { CsvMeter } from "../../lib/partitions/csv_meter.ts";
import { csv } from "../support/partitions/reference.ts";
import { objectId, transaction } from "../support/partitions/rows.ts";

const int64 = fc.oneof(
  fc.bigInt({ min: -9223372036854775807n, max: 9223372036854775807n }),
  fc.bigInt({ min: -100n, max: 100n }),
  // Around the most digits that a double is exact with.
  fc.constantFrom(999_999_999_999_999n, -1_000_000_000_000_000n, 9_007_199_254_740_993n),
);
const millionths = fc.oneof(
  fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n }),
  fc.constantFrom(1n, 999_999_999n, 1_000_000_000n),
);
const odd = fc.string({ unit: fc.constantFrom(...',"\n\r-0.9é'), maxLength: 6 });

/** Measures a file that comes in pieces, cut at these parts of it. */
function measure(name: "transactions" | "currencies", text: string, cuts: readonly number[] = []) {
  const { rows, controlTotal } = meterOf(name, text, cuts);
  return { rows, controlTotal };
}

function meterOf(name: "transactions" | "currencies", text: string, cuts: readonly number[]) {
  const bytes = new TextEncoder().encode(text);
  const meter = new CsvMeter(DATASETS[name]);
  const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort((a, b) =>
    a - b
  );
  let start = 0;
  for (const end of ends) {
    meter.push(bytes.subarray(start, end));
    start = end;
  }
  return meter;
}

function decimal(millionths: bigint): string {
  const digits = String(millionths).padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 });

Deno.test("CsvMeter counts rows and sums amounts exactly, in pieces cut anywhere", () => {
  const columns = fileColumns(DATASETS.transactions).map(({ name }) => name);
  fc.assert(
    fc.property(fc.array(fc.tuple(int64, odd, odd), { maxLength: 30 }), cuts, (rows, cuts) => {
      const text = csv(
        rows.map(([amount, country, status]) =>
          columns.map((name) =>
            name === "amount"
              ? String(amount)
              : name === "country"
              ? country
              : name === "status"
              ? status
              : "7"
          )
        ),
      );
      assert.deepEqual(measure("transactions", text, cuts), {
        rows: rows.length,
        controlTotal: String(rows.reduce((sum, [amount]) => sum + amount, 0n)),
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("CsvMeter sums rates exactly to 6 decimals", () => {
  fc.assert(
    fc.property(fc.array(millionths, { maxLength: 30 }), cuts, (rates, cuts) => {
      const text = csv(rates.map((rate) => ["id", "sent", "date", "1", "2", decimal(rate)]));
      assert.deepEqual(measure("currencies", text, cuts), {
        rows: rates.length,
        controlTotal: decimal(rates.reduce((sum, rate) => sum + rate, 0n)),
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("CsvMeter stays exact where a double would not", () => {
  const row = (amount: string) => `a,b,c,1,2,3,,,,${amount},t\n`;
  const largest = row("9223372036854775807");
  assert.equal(measure("transactions", largest.repeat(3)).controlTotal, "27670116110564327421");
  const small = row("999999999999999").repeat(20_000) + row("-1");
  assert.equal(measure("transactions", small).controlTotal, "19999999999999979999");
  assert.deepEqual(measure("currencies", ""), { rows: 0, controlTotal: "0.000000" });
  assert.deepEqual(measure("transactions", ""), { rows: 0, controlTotal: "0" });
});

Deno.test("CsvMeter finds the objects that have more than one row, in pieces cut anywhere", () => {
  const counts = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 12 });
  fc.assert(
    fc.property(counts, odd, cuts, (counts, country, cuts) => {
      const rows = counts.flatMap((count, index) =>
        Array.from(
          { length: count },
          () => transaction("2022-10-01", { object_id: objectId(index), country }),
        )
      );
      const objects = counts.filter((count) => count > 1).length;
      const first = counts.findIndex((count) => count > 1);
      const expected = objects === 0 ? undefined : { objects, example: objectId(first) };
      assert.deepEqual(meterOf("transactions", csv(rows), cuts).repeated, expected);
    }),
  );
});
