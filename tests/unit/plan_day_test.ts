/** What a backfill does with a day: what is missing, stale or after such a step, and nothing else. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { planDay, type PlanOptions, type StandingStep } from "../../lib/backfill/plan.ts";
import { MISSING, type Standing, type StandingState } from "../../lib/standing/standing.ts";

const NAMES = ["dump", "load", "cdm"] as const;

function standing(state: StandingState): Standing {
  if (state === "missing") return MISSING;
  return {
    state,
    cause: state === "stale" ? "something changed" : null,
    rows: 1,
    at: Temporal.PlainDateTime.from("2022-10-02T00:00"),
    id: "what stands",
  };
}

/** Steps in these states, by their first letters: m, s, d; `!` after one that wants input. */
function steps(states: string): StandingStep[] {
  const words: Record<string, StandingState> = { m: "missing", s: "stale", d: "done" };
  return [...states.matchAll(/(.)(!?)/g)].map(([, letter, wants], index) => ({
    name: NAMES[index]!,
    standing: standing(words[letter!]!),
    ...(wants === "!" ? { wantsInput: "its file is gone" } : {}),
  }));
}

/** The actions, by their first letters, and the reasons. */
function planned(states: string, options: PlanOptions = {}): [string, string[]] {
  const plan = planDay(steps(states), options);
  return [plan.map(({ action }) => action[0]).join(""), plan.map(({ reason }) => reason)];
}

const only = (...names: string[]): PlanOptions => ({ selected: new Set(names) });

Deno.test("what is fresh is passed over, and what follows a step that runs, runs", () => {
  assert.deepEqual(planned("ddd"), ["sss", ["fresh", "fresh", "fresh"]]);
  assert.deepEqual(planned("mmm"), ["rrr", ["missing", "missing", "missing"]]);
  assert.deepEqual(planned("sdd"), [
    "rrr",
    ["stale: something changed", "dump runs", "dump runs"],
  ]);
  assert.deepEqual(planned("ddm"), ["ssr", ["fresh", "fresh", "missing"]]);
  assert.deepEqual(planned("dsd"), [
    "srr",
    ["fresh", "stale: something changed", "load runs"],
  ]);
});

Deno.test("a step that was run is not run again, and what it left fresh is passed over", () => {
  const done = new Set(["dump"]);
  assert.deepEqual(planned("ddd", { done }), ["sss", ["done", "fresh", "fresh"]]);
  assert.deepEqual(planned("sdd", { done }), ["sss", ["done", "fresh", "fresh"]]);
  assert.deepEqual(planned("dsd", { done })[0], "srr");
  assert.deepEqual(planned("ddd", { force: true }), ["rrr", ["forced", "dump runs", "dump runs"]]);
  assert.deepEqual(planned("ddd", { force: true, done }), ["srr", ["done", "forced", "load runs"]]);
});

Deno.test("a file that is gone is dumped first", () => {
  assert.deepEqual(planned("ds!d"), [
    "rrr",
    ["its file is gone", "stale: something changed", "load runs"],
  ]);
  assert.deepEqual(planned("dd!d")[0], "sss");
  assert.deepEqual(planned("ds!d", only("load", "cdm"))[0], "bs");
  assert.deepEqual(planned("ds!s", only("load", "cdm"))[0], "bb");
  assert.deepEqual(planned("ds!d", only("load")), [
    "b",
    ["dump has to run first: its file is gone"],
  ]);
});

Deno.test("a step that failed, and left nothing, stands in the way as one that was never run", () => {
  const failed: Standing = { ...MISSING, state: "failed", cause: "Refused" };
  const stale = standing("stale");
  for (
    const [load, action] of [[failed, "blocked"], [{ ...failed, id: "a load" }, "run"]] as const
  ) {
    const day = [{ name: "load", standing: load }, { name: "cdm", standing: stale }];
    const [cdm] = planDay(day, only("cdm"));
    assert.equal(cdm!.action, action);
  }
});

Deno.test("some of the steps run where the others do not stand in their way", () => {
  assert.deepEqual(planned("mmm", only("load")), ["b", ["dump has to run first"]]);
  assert.deepEqual(planned("mdm", only("cdm")), ["r", ["missing"]]);
  assert.deepEqual(planned("dmm", only("cdm")), ["b", ["load has to run first"]]);
  assert.deepEqual(planned("dmm", only("dump", "cdm")), ["sb", ["fresh", "load has to run first"]]);
  // What is stale stands: it is built from, as its own command would.
  assert.deepEqual(planned("dsm", only("cdm")), ["r", ["missing"]]);
});

Deno.test("a step that nothing is made from stands in nobody's way, and hides nothing that does", () => {
  const day = (states: string): StandingStep[] => {
    const [load, dwh, cdm] = steps(states);
    return [
      { ...load!, name: "load" },
      { ...dwh!, name: "dwh", isAside: true },
      { ...cdm!, name: "cdm" },
    ];
  };
  const actions = (states: string, options: PlanOptions) =>
    planDay(day(states), options).map(({ step, action }) => `${step} ${action}`);
  assert.deepEqual(actions("dmm", only("cdm")), ["cdm run"]);
  assert.deepEqual(actions("dmd", only("cdm")), ["cdm skip"]);
  assert.deepEqual(actions("mdm", only("cdm")), ["cdm blocked"]);
  assert.deepEqual(actions("mdm", only("dwh", "cdm")), ["dwh skip", "cdm blocked"]);
  assert.deepEqual(actions("mmm", only("dwh", "cdm")), ["dwh blocked", "cdm blocked"]);
  assert.deepEqual(actions("dmd", only("dwh", "cdm")), ["dwh run", "cdm run"]);
  assert.deepEqual(actions("dsd", { done: new Set(["dwh"]) }), [
    "load skip",
    "dwh skip",
    "cdm skip",
  ]);
});

const state = fc.constantFrom<StandingState>("missing", "stale", "done");

Deno.test("every state has a plan: each step with a reason, and run one by one it ends fresh", () => {
  const property = fc.property(
    fc.tuple(state, state, state),
    fc.boolean(),
    fc.boolean(),
    fc.constantFrom(undefined, ...[1, 2, 3, 4, 5, 6, 7]),
    fc.infiniteStream(fc.boolean()),
    (states, force, isGone, selection, changes) => {
      const selected = selection === undefined
        ? undefined
        : new Set(NAMES.filter((_name, index) => selection & (1 << index)));
      const now = [...states];
      let fileIsGone = isGone;
      const done = new Set<string>();
      for (let turn = 0;; turn++) {
        assert.ok(turn <= NAMES.length, "no step is run twice");
        const view = NAMES.map((name, index) => ({
          name,
          standing: standing(now[index]!),
          wantsInput: name === "load" && fileIsGone ? "its file is gone" : undefined,
        }));
        const plan = planDay(view, { force, done, ...(selected && { selected }) });
        assert.ok(plan.every(({ reason }) => reason !== ""));
        assert.deepEqual(
          plan.map(({ step }) => step),
          NAMES.filter((name) => selected?.has(name) ?? true),
        );
        const next = plan.find(({ action }) => action === "run");
        if (next === undefined) {
          // What is left is fresh, was run, or is blocked by a step that is not to be run.
          for (const { step, action } of plan) {
            const index = NAMES.indexOf(step as typeof NAMES[number]);
            if (action === "skip") assert.ok(done.has(step) || (now[index] === "done" && !force));
            else assert.ok(NAMES.slice(0, index).some((name) => selected?.has(name) === false));
          }
          return;
        }
        const index = NAMES.indexOf(next.step as typeof NAMES[number]);
        assert.ok(!(next.step === "load" && fileIsGone), "load has its file");
        done.add(next.step);
        now[index] = "done";
        if (next.step === "dump") fileIsGone = false;
        // It may leave what follows as it was, or make it stale.
        if (changes.next().value && now[index + 1] === "done") now[index + 1] = "stale";
      }
    },
  );
  fc.assert(property, { numRuns: 3000 });
});
