import assert from "node:assert/strict";
import { countsOf } from "../support/run_tests.ts";

Deno.test("countsOf() reads the last summary of deno test, with and without colors", () => {
  const counts = { passed: 12, failed: 1, ignored: 2 };
  const summary = "FAILED | 12 passed (3 steps) | 1 failed | 2 ignored (2s)";
  assert.deepEqual(countsOf(`ok | 9 passed | 0 failed (1ms)\n${summary}\n\n`), counts);
  const colored = summary.replace("FAILED", "\x1b[31mFAILED\x1b[0m");
  assert.deepEqual(countsOf(`${colored}\nerror: Test failed\n`), counts);
});

Deno.test("countsOf() counts a run without a summary as one failure", () => {
  assert.deepEqual(countsOf("error: Type checking failed.\n"), {
    passed: 0,
    failed: 1,
    ignored: 0,
  });
});
