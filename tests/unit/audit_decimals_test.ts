/** Exact decimals: the mart's figures are rounded half away from zero. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { dollarsOf, perPart, sameDecimal } from "../../lib/audit/decimals.ts";

Deno.test("amounts in dollars are rounded half away from zero, and never -0.00", () => {
  assert.equal(dollarsOf(100n, "1.250000"), "1.25");
  assert.equal(dollarsOf(1n, "0.500000"), "0.01");
  assert.equal(dollarsOf(-1n, "0.500000"), "-0.01");
  assert.equal(dollarsOf(-1n, "0.499999"), "0.00");
  assert.equal(dollarsOf(0n, "1"), "0.00");
  assert.equal(dollarsOf(12345n, "1"), "123.45");
  const greatest = 2n ** 63n - 1n;
  assert.equal(dollarsOf(greatest * 1000n, "999999999999.999999").split(".")[1]?.length, 2);
});

Deno.test("a rounded quotient is the nearest of all with so many decimals", () => {
  fc.assert(fc.property(
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
    fc.integer({ min: 1, max: 999_999_999 }),
    (sum, micros) => {
      const rate = `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, "0")}`;
      const cents = BigInt(dollarsOf(sum, rate).replace(".", ""));
      // In units of 10^-8 dollars.
      const rest = sum * BigInt(micros) - cents * 1_000_000n;
      assert.ok(rest >= -500_000n && rest <= 500_000n);
      if (rest === 500_000n || rest === -500_000n) assert.ok(rest < 0n === sum > 0n);
    },
  ));
});

Deno.test("an average has four decimals", () => {
  assert.equal(perPart(49, 39), "1.2564");
  assert.equal(perPart(1, 1), "1.0000");
  assert.equal(perPart(1, 32), "0.0313");
});

Deno.test("decimals are equal whatever zeros they end with", () => {
  assert.ok(sameDecimal("0", "0.000000"));
  assert.ok(sameDecimal("-12.50", "-12.5"));
  assert.ok(!sameDecimal("12.5", "12.500001"));
});
