import assert from "node:assert/strict";
import { countsOf, namesFiles } from "../support/run_tests.ts";

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

Deno.test("namesFiles() tells the tests that are named from the words of an option", () => {
  for (const path of ["tests", "./tests/long", "tests/*/kafka_*_test.ts", "a_test.ts"]) {
    assert.ok(namesFiles(["--filter", "x", path]), path);
  }
  for (const args of [[], ["--filter", "tests of kafka"], ["--ignore=tests/unit"]]) {
    assert.ok(!namesFiles(args), args.join(" "));
  }
});
