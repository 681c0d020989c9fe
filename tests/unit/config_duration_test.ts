import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDuration, TIMER_DAYS } from "../../lib/config/duration.ts";
import { isKind } from "../../lib/runtime/errors.ts";

const GOOD: [text: string, milliseconds: number][] = [
  ["0s", 0],
  ["250ms", 250],
  ["60s", 60_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["90d", 7_776_000_000],
  ["36525d", 3_155_760_000_000],
];

for (const [text, milliseconds] of GOOD) {
  Deno.test(`${text} is ${milliseconds} ms`, () => {
    assert.equal(parseDuration(text, "--retry-for"), milliseconds);
  });
}

for (const text of ["", "60", "s", "-1s", "1.5h", "1 s", "1m30s", "60S", "1w", "36526d", "9e9s"]) {
  Deno.test(`"${text}" is refused, naming the option`, () => {
    assert.throws(
      () => parseDuration(text, "--retry-for"),
      (error) =>
        isKind(error, "usage") && error.message.includes(`--retry-for "${text}"`) &&
        error.hint !== undefined,
    );
  });
}

Deno.test("what a timer has to wait is a time that it can wait", () => {
  assert.ok(parseDuration("24d", "--linger", TIMER_DAYS) < 2 ** 31);
  assert.throws(
    () => parseDuration("25d", "--linger", TIMER_DAYS),
    (error) => isKind(error, "usage") && error.message.endsWith('--linger "25d": longer than 24d'),
  );
});

Deno.test("any text is a duration of at most a century or a usage error", () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^\d{0,20}(ms|s|m|h|d)?$/));
  fc.assert(fc.property(text, (text) => {
    try {
      const milliseconds = parseDuration(text, "--x");
      assert.ok(Number.isSafeInteger(milliseconds) && milliseconds >= 0);
    } catch (error) {
      assert.ok(isKind(error, "usage"));
    }
  }));
});
