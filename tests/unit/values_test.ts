import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatMillionths,
  formatMoment,
  isInt64,
  type Moment,
  rateInMillionths,
  readTimestamp,
  readUuid,
} from "../../lib/events/values.ts";

const encoder = new TextEncoder();

function timestamp(text: string): Moment | undefined {
  const moment = { seconds: 0, micros: 0 };
  const bytes = encoder.encode(text);
  return readTimestamp(bytes, 0, bytes.length, moment) ? moment : undefined;
}

Deno.test("readTimestamp() agrees with Temporal, and formatMoment() turns it back", () => {
  const first = Temporal.PlainDateTime.from("0001-01-01T00:00:00");
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 315_537_897_599 }),
    fc.integer({ min: 0, max: 999_999 }),
    (seconds, micros) => {
      const time = first.add({ seconds, microseconds: micros });
      const text = time.toString();
      const moment = timestamp(text.length === 16 ? `${text}:00` : text.slice(0, 26));
      assert.deepEqual(moment, { seconds, micros });
      const back = Temporal.PlainDateTime.from(formatMoment(moment!).replace(" ", "T"));
      assert.ok(back.equals(time));
    },
  ));
});

Deno.test("readTimestamp() takes real dates alone", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 9999 }),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
    (year, month, day) => {
      const pad = (value: number, digits: number) => String(value).padStart(digits, "0");
      const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
      let real = year >= 1;
      try {
        Temporal.PlainDate.from({ year, month, day }, { overflow: "reject" });
      } catch {
        real = false;
      }
      assert.equal(timestamp(`${date} 00:00:00`) !== undefined, real, date);
    },
  ));
});

Deno.test("readTimestamp() knows the length of each year's February, and what follows it", () => {
  const first = Temporal.PlainDate.from("0001-01-01");
  for (let year = 1; year <= 9999; year++) {
    const date = Temporal.PlainDate.from({ year, month: 3, day: 1 });
    const text = String(year).padStart(4, "0");
    assert.equal(timestamp(`${text}-02-29 00:00:00`) !== undefined, date.inLeapYear, text);
    const seconds = first.until(date).days * 86_400;
    assert.deepEqual(timestamp(`${text}-03-01 00:00:00`), { seconds, micros: 0 }, text);
  }
});

Deno.test("isInt64() has its borders at 2^63 - 1 on both sides", () => {
  const accepts = (text: string) => isInt64(encoder.encode(text), 0, text.length);
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (value) => {
    assert.equal(accepts(String(value)), value > -(2n ** 63n) && value < 2n ** 63n);
  }));
  for (const edge of [2n ** 63n - 1n, 1n - 2n ** 63n]) assert.ok(accepts(String(edge)));
  for (const beyond of [2n ** 63n, -(2n ** 63n)]) assert.ok(!accepts(String(beyond)));
});

Deno.test("rateInMillionths() rounds half away from zero on the digits", () => {
  fc.assert(fc.property(
    fc.bigInt({ min: 0n, max: 10n ** 24n }),
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: -12, max: 12 }),
    (digits, decimals, exponent) => {
      const padded = digits.toString().padStart(decimals + 1, "0");
      const whole = padded.slice(0, padded.length - decimals);
      const fraction = padded.slice(padded.length - decimals);
      const text = `${whole}${decimals > 0 ? "." + fraction : ""}e${exponent}`;
      const shift = exponent - decimals + 6;
      const exact = shift >= 0
        ? digits * 10n ** BigInt(shift)
        : (digits + 5n * 10n ** BigInt(-shift - 1)) / 10n ** BigInt(-shift);
      const inside = exact >= 1n && exact <= 999_999_999_999_999_999n;
      assert.equal(rateInMillionths(text), inside ? exact : undefined, text);
    },
  ));
});

Deno.test("rateInMillionths() is not fooled by huge exponents", () => {
  assert.equal(rateInMillionths("1e999999999999999999999999999"), undefined);
  assert.equal(rateInMillionths("1e-999999999999999999999999999"), undefined);
  assert.equal(rateInMillionths("0e9"), undefined);
  assert.equal(formatMillionths(rateInMillionths("1")!), "1.000000");
  assert.equal(formatMillionths(rateInMillionths("0.0000005")!), "0.000001");
});

Deno.test("readUuid() takes 32 hexadecimal digits of any case with hyphens in their places alone", () => {
  const read = (text: string) => {
    const bytes = encoder.encode(`x${text}x`);
    const into = new Uint8Array(16);
    return readUuid(bytes, 1, bytes.length - 1, into) ? into : undefined;
  };
  fc.assert(fc.property(fc.uuid(), fc.nat(35), fc.nat(127), (id, at, code) => {
    const expected = id.replaceAll("-", "").match(/../g)!.map((pair) => parseInt(pair, 16));
    assert.deepEqual([...read(id)!], expected);
    assert.deepEqual([...read(id.toUpperCase())!], expected);
    const changed = id.slice(0, at) + String.fromCharCode(code) + id.slice(at + 1);
    const isUuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(changed);
    assert.equal(read(changed) !== undefined, isUuid, changed);
    assert.equal(read(id.slice(1)), undefined);
    assert.equal(read(id + "0"), undefined);
  }));
  assert.equal(read("000000\u00e9-0000-0000-0000-000000000000".slice(0, 36)), undefined);
});
