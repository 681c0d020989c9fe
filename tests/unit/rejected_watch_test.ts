/** Warnings while messages are rejected, and the share that is too much. */
import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Commit } from "../../lib/landing/partition_lander.ts";
import { RejectedWatch } from "../../lib/landing/rejected_watch.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";

/** A commit of so many messages, of which some were rejected. */
function commit(read: number, reasons: Record<string, number> = {}): Commit {
  const rejected = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  const counters = { transactions: read - rejected, currencies: 0, duplicates: 0, rejected };
  return { ...counters, reasons: new Map(Object.entries(reasons)), seconds: 0, bytes: 0 };
}

function watchOf(maxShare?: number): { watch: RejectedWatch; warnings: [string, unknown][] } {
  const warnings: [string, unknown][] = [];
  const log = {
    warn: (message: string, fields?: unknown) => void warnings.push([message, fields]),
  };
  return { watch: new RejectedWatch({ log, maxShare }), warnings };
}

/** What the work fails with, as the person reads it. */
function refusal(work: () => void): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof FinpipeError && error.kind === "data", String(error));
    return error.message;
  }
  return "nothing";
}

Deno.test("a warning soon after the first, then one a minute, each with what is new", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { watch, warnings } = watchOf();
    watch.count(commit(5));
    mock.timers.tick(100_000);
    assert.deepEqual(warnings, []);
    watch.count(commit(5, { not_json: 1 }));
    watch.count(commit(5, { not_json: 1, bad_value: 2 }));
    mock.timers.tick(1000);
    assert.deepEqual(warnings.splice(0), [[
      "Rejected 4 messages: 'finpipe rejected list' shows them",
      { not_json: 2, bad_value: 2 },
    ]]);
    watch.count(commit(5, { empty: 1 }));
    mock.timers.tick(59_000);
    watch.count(commit(5, { empty: 1 }));
    assert.deepEqual(warnings, []);
    // What was rejected last is told, though nothing comes any more.
    mock.timers.tick(1000);
    assert.deepEqual(warnings.splice(0), [[
      "Rejected 2 messages: 'finpipe rejected list' shows them",
      { empty: 2 },
    ]]);
    mock.timers.tick(1_000_000);
    watch.end(true);
    mock.timers.tick(1_000_000);
    assert.deepEqual(warnings, [[
      "Rejected 6 messages: 'finpipe rejected list' shows them",
      { not_json: 2, bad_value: 2, empty: 2 },
    ]]);
  } finally {
    mock.timers.reset();
  }
});

Deno.test("where nothing is rejected nothing is said", () => {
  const { watch, warnings } = watchOf(0);
  watch.count(commit(5000));
  watch.end(true);
  assert.deepEqual(warnings, []);
});

Deno.test("the share is looked at of the last 1,000 messages, whatever came before", () => {
  const { watch } = watchOf(0.01);
  using _watch = watch;
  watch.count(commit(1_000_000));
  watch.count(commit(999, { not_json: 999 }));
  const text = refusal(() => watch.count(commit(1)));
  assert.match(text, /^Rejected 999 of 1000 messages, more than the share of 0\.01 that --max-rej/);
  assert.equal(refusal(() => watch.count(commit(1000, { not_json: 10 }))), "nothing");
  assert.notEqual(refusal(() => watch.count(commit(1000, { not_json: 11 }))), "nothing");
});

Deno.test("at its end a source is judged as a whole, however short it is", () => {
  const short = () => {
    const { watch } = watchOf(0.1);
    watch.count(commit(10, { not_json: 2 }));
    return watch;
  };
  assert.match(refusal(() => short().end(true)), /^Rejected 2 of 10 messages/);
  assert.equal(refusal(() => short().end(false)), "nothing");
});

Deno.test("without a share nothing is too much", () => {
  const { watch } = watchOf();
  watch.count(commit(5000, { not_json: 5000 }));
  watch.end(true);
});
