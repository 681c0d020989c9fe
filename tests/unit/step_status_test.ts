/** What stands of a step wins over the journal of attempts (contract, section 9). */
import assert from "node:assert/strict";
import type { AttemptState, LastAttempt } from "../../lib/staging/ledger.ts";
import { stepStatus } from "../../lib/status/step_status.ts";
import { MISSING, type Standing, type StandingState } from "../../lib/standing/standing.ts";

const time = (text: string) => Temporal.PlainDateTime.from(`2022-10-06 ${text}`);
const NOW = time("09:00:00");

const DONE: Standing = {
  state: "done",
  cause: null,
  rows: 7,
  at: time("08:00:00"),
  id: "one",
};
const STALE: Standing = { ...DONE, state: "stale", cause: "3 rows landed since" };

function attempt(state: AttemptState, fields: Partial<LastAttempt> = {}): LastAttempt {
  return {
    id: 1,
    backfillId: 1,
    runDate: Temporal.PlainDate.from("2022-10-02"),
    partition: Temporal.PlainDate.from("2022-10-01"),
    step: "cdm",
    number: 1,
    state,
    startedAt: time("08:30:00"),
    endedAt: time("08:30:01.500999"),
    rows: null,
    bytes: null,
    version: "0.1.0",
    host: "batch-1",
    pid: 4711,
    exitCode: null,
    message: null,
    stood: null,
    ...fields,
  };
}

/** State, cause and seconds. */
function shown(standing: Standing, last?: LastAttempt) {
  const { state, cause, seconds, rows, at } = stepStatus(standing, last, NOW);
  assert.deepEqual({ rows, at }, { rows: standing.rows, at: standing.at });
  return [state, cause, seconds];
}

Deno.test("without an attempt a step is as it stands", () => {
  assert.deepEqual(shown(DONE), ["done", null, null]);
  assert.deepEqual(shown(STALE), ["stale", "3 rows landed since", null]);
  assert.deepEqual(shown(MISSING), ["missing", null, null]);
});

Deno.test("an attempt that failed counts while what stood when it began is what stands", () => {
  const failed = attempt("failed", { exitCode: 69, message: "Cannot reach it" });
  assert.deepEqual(shown(MISSING, failed), ["failed", "Cannot reach it", 1.5]);
  assert.deepEqual(shown(STALE, { ...failed, stood: "one" }), ["failed", "Cannot reach it", 1.5]);
  assert.deepEqual(shown(DONE, { ...failed, stood: "one" }), ["failed", "Cannot reach it", 1.5]);
  const before: [Standing, string | null][] = [[DONE, null], [DONE, "another"], [MISSING, "one"]];
  for (const [standing, stood] of before) {
    assert.equal(shown(standing, { ...failed, stood })[0], standing.state);
  }
});

Deno.test("an attempt that was broken off says what is known of its end", () => {
  const interrupted = attempt("interrupted");
  assert.deepEqual(shown(MISSING, { ...interrupted, endedAt: null }), [
    "interrupted",
    "process 4711 on batch-1 ended before it did",
    null,
  ]);
  assert.deepEqual(shown(MISSING, { ...interrupted, exitCode: 130 }), [
    "interrupted",
    "exit code 130",
    1.5,
  ]);
  assert.deepEqual(shown(DONE, interrupted), ["done", null, null]);
});

Deno.test("an attempt that runs is shown, whatever stands", () => {
  const running = attempt("running", { endedAt: null });
  for (const standing of [DONE, STALE, MISSING]) {
    assert.deepEqual(shown(standing, running), ["running", null, 1800]);
  }
  const begunInOurFuture = { ...running, startedAt: time("09:00:01") };
  assert.deepEqual(shown(DONE, begunInOurFuture), ["running", null, 0]);
  const long = { ...running, startedAt: NOW.subtract({ days: 30 }) };
  assert.deepEqual(shown(DONE, long), ["running", null, 30 * 86_400]);
});

Deno.test("the time of an attempt that is done is told until something else makes what stands", () => {
  const made = { ...DONE, at: time("08:30:01") };
  assert.deepEqual(shown(made, attempt("done")), ["done", null, 1.5]);
  assert.deepEqual(shown(DONE, attempt("done")), ["done", null, 1.5], "it left it as it was");
  assert.deepEqual(shown({ ...STALE, at: made.at }, attempt("done"))[2], 1.5);
  const byHand = { ...DONE, at: time("08:40:00") };
  assert.deepEqual(shown(byHand, attempt("done")), ["done", null, null]);
  const undone: StandingState = "missing";
  assert.deepEqual(shown({ ...MISSING, state: undone }, attempt("done")), ["missing", null, null]);
});
