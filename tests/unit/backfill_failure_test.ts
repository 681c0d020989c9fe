/** How a backfill that failed is told of. */
import assert from "node:assert/strict";
import { failedFinally, noticeOfBackfill, stoppedAt } from "../../lib/backfill/backfill_failure.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { type ErrorKind, FinpipeError } from "../../lib/runtime/errors.ts";

/** The notice of a backfill whose step `dump` of a date failed so. */
function noticeOf(day: string, kind: ErrorKind, message: string) {
  const run = runOfPartition(Temporal.PlainDate.from(day));
  const error = stoppedAt(run, "dump", new FinpipeError(kind, message)) as FinpipeError;
  return noticeOfBackfill(failedFinally([{ run, error }], { range: undefined }));
}

Deno.test("what a date waits for is one thing to tell, however its words change", () => {
  const [one, other] = ["t/0, t/1 have not been read", "t/1 has not been read"].map((message) =>
    noticeOf("2022-10-01", "prerequisite", message)
  );
  assert.equal(one!.key, other!.key);
  assert.match(other!.message, /^Backfill stopped: Run date 2022-10-02 .*step dump: t\/1 has not/);
  assert.equal(other!.exitCode, 5);
  assert.notEqual(noticeOf("2022-10-02", "prerequisite", "t/1 has not been read").key, one!.key);
});

Deno.test("any other failure is another thing to tell once its words are others", () => {
  const [one, other] = ["Totals differ", "3 rows were refused"].map((message) =>
    noticeOf("2022-10-01", "data", message)
  );
  assert.notEqual(one!.key, other!.key);
});
