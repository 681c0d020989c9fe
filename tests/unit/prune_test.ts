/** What prune is asked for, why it keeps a day, and what it says. */
import assert from "node:assert/strict";
import { pruneCallOf } from "../../commands/prune.ts";
import { planDay } from "../../lib/backfill/plan.ts";
import { whyNeeded, whyNotLoaded, whyUnbalanced } from "../../lib/prune/judge.ts";
import type { Pruned } from "../../lib/prune/prune.ts";
import { prunedJson, prunedLines } from "../../lib/rendering/pruned.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { attempted } from "../../lib/standing/attempted.ts";
import { dumpStanding } from "../../lib/standing/dump_standing.ts";
import type { DayFacts, LoadFacts, StagedFacts } from "../../lib/standing/facts.ts";
import { chained, MISSING, type Standing } from "../../lib/standing/standing.ts";

const AT = Temporal.PlainDateTime.from("2022-10-02T03:00:00");
const STAGED: StagedFacts = {
  landed: 5,
  sources: [],
  dump: { sha256: "aa", rows: 3, stagedRows: 5, sources: [], createdAt: AT, complete: true },
};
const LOAD: LoadFacts = {
  loadId: "l",
  sha256: "aa",
  rows: 3,
  refused: 0,
  stagedRows: 5,
  loadedAt: AT,
  isRestored: false,
};
const DAY: DayFacts = {
  day: Temporal.PlainDate.from("2022-10-01"),
  staged: { transactions: STAGED, currencies: STAGED },
  loads: { transactions: LOAD, currencies: LOAD },
  unfinished: undefined,
  core: undefined,
  mart: undefined,
};
const currencies = (staged: Partial<StagedFacts>): DayFacts => ({
  ...DAY,
  staged: { ...DAY.staged, currencies: { ...STAGED, ...staged } },
});

Deno.test("an age is whole days, and has to be given", () => {
  assert.deepEqual(pruneCallOf({ olderThan: "90d" }), { olderThan: 90, dryRun: false });
  assert.deepEqual(pruneCallOf({ olderThan: "48h", dryRun: true }), { olderThan: 2, dryRun: true });
  for (const olderThan of [undefined, "0d", "36h", "90", "ninety"]) {
    assert.throws(() => pruneCallOf({ olderThan }), (error) => isKind(error, "usage"));
  }
});

Deno.test("a day that balances may go; one of whose load nobody knows stays", () => {
  assert.equal(whyUnbalanced(DAY), undefined);
  const unfinished = { dataset: "currencies" as const, isUndo: false };
  assert.match(whyUnbalanced({ ...DAY, unfinished })!, /a load of currencies is running/);
  assert.match(whyUnbalanced(currencies({ landed: 6 }))!, /6 rows of currencies landed, .* saw 5/);
  const late = currencies({ landed: 6, pruned: { rows: 5, prunedAt: AT } });
  assert.equal(whyUnbalanced(late), "it was pruned before, and 1 row of currencies landed since");
});

Deno.test("rows that were replayed are named as such; no window needs them", () => {
  const replayed = { sourceId: 0, source: null, partition: null, rows: 1, landed: 2, needed: 0 };
  const measured = { transactions: [], currencies: [replayed] };
  assert.equal(
    whyNeeded(measured),
    "staging has 1 row of currencies that were replayed, 2 were landed",
  );
  assert.equal(whyNeeded({ ...measured, currencies: [{ ...replayed, rows: 2 }] }), undefined);
});

Deno.test("the warehouse has a day where its rows are those of its record", () => {
  const record = { sha256: "aa", manifestRows: 3n, rows: 3n, refused: 0n, controlTotal: "300" };
  const measure = { rows: 3n, controlTotal: "300" };
  assert.equal(whyNotLoaded("transactions", "aa", { record, measure }), undefined);
  assert.match(whyNotLoaded("transactions", undefined, { record, measure })!, /another file/);
  assert.match(whyNotLoaded("transactions", "aa", { record: undefined, measure })!, /not loaded/);
});

const pruned = currencies({ pruned: { rows: 5, prunedAt: AT } });

Deno.test("a pruned dump counts as done, whatever is asked, and whatever was tried", () => {
  const standing = dumpStanding(pruned);
  assert.deepEqual([standing.state, standing.cause], ["pruned", null]);
  const load: Standing = { ...MISSING, state: "done", id: "l" };
  const steps = [{ name: "dump", standing }, { name: "load", standing: load }];
  assert.deepEqual(chained(steps), steps);
  const plan = (options = {}, wantsInput?: string) =>
    planDay([
      { name: "dump", standing, breach: "not complete" },
      { name: "load", standing: load, wantsInput },
    ], options).map(({ step, action, reason }) => `${step} ${action}, ${reason}`);
  assert.deepEqual(plan(), ["dump skip, pruned", "load skip, fresh"]);
  assert.deepEqual(plan({ force: true }), ["dump skip, pruned", "load run, forced"]);
  // The dump says that there is nothing left.
  assert.deepEqual(plan({ force: true }, "no file"), ["dump run, no file", "load run, forced"]);
  const failed = { state: "failed" as const, stood: standing.id, message: "it was pruned" };
  assert.equal(attempted(standing, failed), standing);
});

Deno.test("what landed since is told as the cause of a pruned dump", () => {
  const late = dumpStanding(currencies({ landed: 7, pruned: { rows: 5, prunedAt: AT } }));
  assert.deepEqual([late.state, late.cause], ["pruned", "2 rows of currencies landed since"]);
  const [skipped] = planDay([{ name: "dump", standing: late }]);
  assert.equal(skipped!.reason, "pruned: 2 rows of currencies landed since");
});

Deno.test("what went is counted, what stays is named", () => {
  const day = (text: string) => Temporal.PlainDate.from(text);
  const result: Pruned = {
    before: day("2022-10-05"),
    dryRun: true,
    days: [
      { day: day("2022-10-01"), rows: { transactions: 2, currencies: 1 } },
      { day: day("2022-10-02"), rows: { transactions: 1, currencies: 0 } },
      { day: day("2022-10-04"), kept: "why\n" },
    ],
    files: [
      { day: day("2022-10-01"), dataset: "transactions", bytes: 10 },
      { day: day("2022-10-04"), dataset: "currencies", kept: "currencies are not loaded" },
    ],
    ledger: { attempts: 1, backfills: 2 },
  };
  assert.deepEqual(prunedLines(result), [
    "Would prune what is of dates before 2022-10-05",
    "staging: 2 days (2022-10-01..2022-10-02), 4 rows",
    "  kept 2022-10-04: why\\n",
    "partition files: 1, 10 bytes",
    "  kept currencies of 2022-10-04: currencies are not loaded",
    "ledger: 1 attempt, 2 backfills",
  ]);
  assert.deepEqual(prunedJson(result), {
    before: "2022-10-05",
    dry_run: true,
    days: [
      { date: "2022-10-01", transactions: 2, currencies: 1 },
      { date: "2022-10-02", transactions: 1, currencies: 0 },
    ],
    kept_days: [{ date: "2022-10-04", reason: "why\n" }],
    files: [{ date: "2022-10-01", dataset: "transactions", bytes: 10 }],
    kept_files: [{
      date: "2022-10-04",
      dataset: "currencies",
      reason: "currencies are not loaded",
    }],
    ledger: { attempts: 1, backfills: 2 },
  });
});
