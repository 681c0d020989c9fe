/** How `status` is shown: fit to its width, colored, with the causes in words. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { causeLines, openDaysLine, totalsLine } from "../../lib/rendering/status/causes.ts";
import { statusTable } from "../../lib/rendering/status/table.ts";
import { statusText } from "../../lib/rendering/status/text.ts";
import { parseRange, partitionOf, runOfPartition } from "../../lib/partitions/run_date.ts";
import { STEP_STATES, type StepStatus } from "../../lib/status/step_status.ts";
import type { LastAttempt } from "../../lib/staging/ledger.ts";
import { MISSING as NOTHING } from "../../lib/standing/standing.ts";
import { COLORED, PLAIN } from "../../lib/runtime/colors.ts";
import { type NamedStatus, type RunStatus, Status } from "../../lib/status/status.ts";
import type { ReadyStep } from "../../lib/steps/step.ts";

const STEPS = ["dump", "load", "cdm"];

const DONE: StepStatus = {
  state: "done",
  cause: null,
  rows: 1200,
  at: Temporal.PlainDateTime.from("2022-10-06 09:00:00.123"),
  seconds: 4.25,
  attempt: undefined,
};
const MISSING: StepStatus = { ...DONE, state: "missing", rows: null, at: null, seconds: null };

function run(day: string, ...steps: Partial<StepStatus>[]): RunStatus {
  return {
    ...runOfPartition(Temporal.PlainDate.from(day)),
    steps: STEPS.map((name, index) => ({ name, ...DONE, ...steps[index] }) as NamedStatus),
  };
}

const RUNS = [
  run("2022-10-01", { rows: { transactions: 400, currencies: 42 } }),
  run("2022-10-02", { state: "failed", cause: "x", seconds: 7200 }, MISSING, MISSING),
];

function table(runs: readonly RunStatus[], columns?: number, paint = PLAIN): string[] {
  const text = [...statusTable(runs, { steps: STEPS, columns, paint })].join("");
  return text.split("\n").slice(0, -1);
}

Deno.test("with room for it all is shown", () => {
  const lines = table(RUNS);
  assert.match(lines[0]!, /^run date {4}partition {3}dump +load +cdm$/);
  assert.match(lines[3]!, /^2022-10-02 {2}2022-10-01 {2}done +400\+42 2022-10-06 09:00:00 4.3 s/);
  assert.match(lines[4]!, /failed +1200 2022-10-06 09:00:00 2.0 h {2}missing +missing$/);
});

Deno.test("no line is longer than the terminal, and a narrow one has the states", () => {
  const widest = Math.max(...table(RUNS).map((line) => line.length));
  for (let columns = widest + 5; columns >= 37; columns--) {
    const lines = table(RUNS, columns);
    assert.ok(lines.every((line) => line.length <= columns), `${columns}: ${lines.join("\n")}`);
    assert.ok(lines.some((line) => line.includes("2022-10-03") && line.includes("failed")));
  }
  assert.deepEqual(table(RUNS, 1), table(RUNS, 37), "there is no less than the states");
});

Deno.test("what no step has is left out", () => {
  const lines = table([run("2022-10-01", MISSING, MISSING, MISSING)]);
  assert.deepEqual(lines, [
    "run date    partition   dump     load     cdm",
    "----------  ----------  -------  -------  -------",
    "2022-10-02  2022-10-01  missing  missing  missing",
  ]);
});

Deno.test("each state has a color, and none changes where the columns stand", () => {
  const runs = STEP_STATES.map((state, index) => run(`2022-10-0${index + 1}`, { state }));
  const plain = table(runs);
  const colored = table(runs, undefined, COLORED);
  assert.deepEqual(colored.map((line) => stripVTControlCharacters(line)), plain);
  for (const [index, state] of STEP_STATES.entries()) {
    assert.ok(colored[3 + index]!.includes(`m${state}\x1b[0m`), state);
  }
});

const ATTEMPT = {
  startedAt: Temporal.PlainDateTime.from("2022-10-06 08:59:00.5"),
  host: "batch-1",
  pid: 4711,
  number: 2,
} as LastAttempt;

Deno.test("a cause is told once, with all its dates", () => {
  const stale = { state: "stale", cause: "upstream: dump is stale" } as const;
  const lines = causeLines([
    run("2022-10-01", { state: "stale", cause: "3 rows landed since" }, stale),
    run("2022-10-02", { state: "stale", cause: "4 rows landed since" }, stale),
    run("2022-10-03", { state: "failed", cause: "It broke\n  Mend \x1b[31mit\n" }, MISSING),
    run("2022-10-04", {}, stale, { state: "interrupted", cause: "exit code 130" }),
    run("2022-10-05", { state: "running", attempt: ATTEMPT }),
    run("2022-10-06", { state: "pruned", cause: null }),
  ]);
  assert.deepEqual(lines, [
    "dump of 2022-10-02 is stale: 3 rows landed since",
    "load of 2022-10-02..2022-10-03 and 2022-10-05 is stale: upstream: dump is stale",
    "dump of 2022-10-03 is stale: 4 rows landed since",
    "dump of 2022-10-04 failed: It broke; Mend \\u001b[31mit",
    "cdm of 2022-10-05 was interrupted: exit code 130",
    "dump of 2022-10-06 is running: process 4711 on batch-1, since 2022-10-06 08:59:00 UTC, attempt 2",
  ]);
});

Deno.test("totals name the states that there are", () => {
  const none = Object.fromEntries(STEP_STATES.map((state) => [state, 0])) as Record<
    (typeof STEP_STATES)[number],
    number
  >;
  assert.equal(totalsLine({ ...none, done: 1 }), "1 step: 1 done");
  assert.equal(totalsLine({ ...none, done: 9, stale: 3 }), "12 steps: 9 done, 3 stale");
});

Deno.test("days that are not over are counted in one line", () => {
  const day = Temporal.PlainDate.from("2022-10-06");
  assert.equal(openDaysLine([]), undefined);
  assert.equal(
    openDaysLine([day]),
    "Left out 1 day that is not over by the clock (UTC): 'finpipe status 2022-10-07' shows it",
  );
  assert.equal(
    openDaysLine([day, day.add({ days: 2 })]),
    "Left out 2 days that are not over by the clock (UTC): " +
      "'finpipe status 2022-10-07..2022-10-09' shows them",
  );
  const last = Temporal.PlainDate.from("9999-12-31");
  assert.equal(
    openDaysLine([last]),
    "Left out 1 day that is not over by the clock (UTC)",
    "it has no run date",
  );
  assert.match(openDaysLine([day, last])!, /2 days .*'finpipe status 2022-10-07' shows it$/);
});

Deno.test("the command that does what is left names no day that is not over", () => {
  const step = { name: "dump", uses: {}, standing: () => NOTHING } as unknown as ReadyStep;
  const now = Temporal.PlainDateTime.from("2022-10-03T03:00");
  const textOf = (dates: string) => {
    const range = parseRange(dates, "FROM..TO");
    const partitions = { from: partitionOf(range.from), to: partitionOf(range.to) };
    const status = new Status([step], { range, now }, partitions, [], []);
    const options = { steps: ["dump"], given: [], complete: (line: string) => line };
    return [...statusText(status, status, { ...options, paint: PLAIN })].join("");
  };
  assert.match(textOf("2022-10-02..2022-10-05"), /'finpipe backfill 2022-10-02..2022-10-03'/);
  assert.doesNotMatch(textOf("2022-10-04..2022-10-05"), /finpipe backfill/);
});
