/** What is missing and what is stale, with the cause that is told (contract, section 9). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { attempted, type AttemptFacts } from "../../lib/standing/attempted.ts";
import { coreStanding, isWithoutCore } from "../../lib/standing/core_standing.ts";
import { dumpStanding } from "../../lib/standing/dump_standing.ts";
import type { BuildRecord, DayFacts, DumpFacts, LoadFacts } from "../../lib/standing/facts.ts";
import { loadStanding } from "../../lib/standing/load_standing.ts";
import { martStanding } from "../../lib/standing/mart_standing.ts";
import { chained, MISSING, type Standing } from "../../lib/standing/standing.ts";

const AT = Temporal.PlainDateTime.from("2022-10-02T03:00:00");
const LATER = AT.add({ hours: 1 });

const dumped: DumpFacts = {
  sha256: "aa",
  rows: 2,
  stagedRows: 3,
  sources: [{ source: "events", partition: 0, rows: 3 }],
  createdAt: AT,
  complete: true,
};

const loaded: LoadFacts = {
  loadId: "l1",
  sha256: "aa",
  rows: 2,
  refused: 0,
  stagedRows: 3,
  loadedAt: AT,
  isRestored: false,
};

const record: BuildRecord = {
  buildId: "b1",
  loads: { transactions: "l1", currencies: "l1" },
  statuses: ["done"],
  types: undefined,
  leftOut: 0,
  changedRates: [],
};

const asked = { statuses: ["done"], types: undefined };

/** A day on which all stands. */
const fresh: DayFacts = {
  day: Temporal.PlainDate.from("2022-10-01"),
  staged: {
    transactions: {
      landed: 3,
      sources: [{ source: "events", partition: 0, rows: 3 }],
      dump: dumped,
    },
    currencies: {
      landed: 0,
      sources: [],
      dump: { ...dumped, stagedRows: 0, rows: 0, sources: [] },
    },
  },
  loads: {
    transactions: loaded,
    currencies: { ...loaded, rows: 0, stagedRows: 0, loadedAt: LATER },
  },
  unfinished: undefined,
  core: {
    record: { buildId: "c1", loads: { transactions: "l1", currencies: "l1" }, changedRates: [] },
    rows: 2,
    builtAt: LATER,
    unfinished: false,
  },
  mart: { record, rows: 7, builtAt: LATER },
};

/** The day with other transactions. */
function withTransactions(
  staged: Partial<DayFacts["staged"]["transactions"]>,
  load: LoadFacts | undefined = fresh.loads.transactions,
): DayFacts {
  return {
    ...fresh,
    staged: { ...fresh.staged, transactions: { ...fresh.staged.transactions, ...staged } },
    loads: { ...fresh.loads, transactions: load },
  };
}

function withLoad(load: Partial<LoadFacts> | undefined): DayFacts {
  const transactions = load === undefined ? undefined : { ...loaded, ...load };
  return { ...fresh, loads: { ...fresh.loads, transactions } };
}

function withBuild(change: Partial<BuildRecord>): DayFacts {
  return { ...fresh, mart: { ...fresh.mart!, record: { ...record, ...change } } };
}

/** The day with another core. */
function withCore(change: Partial<NonNullable<DayFacts["core"]>>): DayFacts {
  return { ...fresh, core: { ...fresh.core!, ...change } };
}

const stateOf = ({ state, cause }: Standing) => cause === null ? state : `${state}: ${cause}`;

Deno.test("a day on which all stands", () => {
  assert.deepEqual(dumpStanding(fresh), {
    state: "done",
    cause: null,
    rows: { transactions: 2, currencies: 0 },
    at: AT,
    id: `aa@${AT} aa@${AT}`,
  });
  assert.deepEqual(loadStanding(fresh), {
    state: "done",
    cause: null,
    rows: { transactions: 2, currencies: 0 },
    at: LATER,
    id: "l1 l1",
  });
  assert.deepEqual(coreStanding(fresh), {
    state: "done",
    cause: null,
    rows: 2,
    at: LATER,
    id: "c1",
  });
  assert.deepEqual(martStanding(fresh, asked), {
    state: "done",
    cause: null,
    rows: 7,
    at: LATER,
    id: "b1",
  });
});

const dumps: [what: string, facts: DayFacts, state: string][] = [
  [
    "no dump of one dataset",
    { ...withTransactions({ dump: undefined }), loads: withLoad(undefined).loads },
    "missing",
  ],
  [
    "rows of one partition more",
    withTransactions({ landed: 5, sources: [{ source: "events", partition: 0, rows: 5 }] }),
    "stale: 2 rows of transactions landed since (2 from events[0])",
  ],
  [
    "a partition more, and a replay",
    withTransactions({
      landed: 6,
      sources: [...dumped.sources, { source: "events", partition: 1, rows: 1 }],
    }),
    "stale: 3 rows of transactions landed since (1 from events[1], 2 replayed)",
  ],
  [
    "a replay alone",
    withTransactions({ landed: 4 }),
    "stale: 1 row of transactions landed since",
  ],
  [
    "fewer rows, as of a restored database",
    withTransactions({ landed: 1, sources: [] }),
    "stale: staging has 2 rows of transactions less than were dumped",
  ],
  ["no record, but a load that says as much", withTransactions({ dump: undefined }), "done"],
  [
    "no record, and rows since the load",
    withTransactions({ dump: undefined, landed: 4 }),
    "stale: 1 row of transactions landed since",
  ],
  [
    "no record, and a load of an older version",
    withTransactions({ dump: undefined }, { ...loaded, stagedRows: undefined }),
    "missing",
  ],
];

for (const [what, facts, state] of dumps) {
  Deno.test(`the dump: ${what}`, () => assert.equal(stateOf(dumpStanding(facts)), state));
}

const loads: [what: string, facts: DayFacts, state: string][] = [
  ["one dataset never loaded", withLoad(undefined), "missing"],
  [
    "another file dumped",
    withTransactions({ dump: { ...dumped, sha256: "bb" } }),
    "stale: another file of transactions was dumped",
  ],
  ["no dump recorded", withTransactions({ dump: undefined }), "done"],
  [
    "an undo of a later load",
    withLoad({ isRestored: true, sha256: "bb" }),
    "stale: the last load of transactions was undone",
  ],
  ["an undo that put back what was dumped", withLoad({ isRestored: true }), "done"],
  [
    "a swap that nobody knows of",
    { ...fresh, unfinished: { dataset: "currencies", isUndo: true } },
    "stale: an undo of currencies is running, or was broken off",
  ],
];

for (const [what, facts, state] of loads) {
  Deno.test(`the load: ${what}`, () => assert.equal(stateOf(loadStanding(facts)), state));
}

const NONE = { record: undefined, rows: null, builtAt: null };

const cores: [what: string, facts: DayFacts, state: string][] = [
  ["never built", { ...fresh, core: undefined }, "missing"],
  ["another load", withLoad({ loadId: "l2" }), "stale: built from another load of transactions"],
  [
    "an undone load",
    withLoad(undefined),
    "stale: the load of transactions that it was built from was undone",
  ],
  [
    "another rate, of a currency that nothing counts",
    withCore({ record: { ...fresh.core!.record!, changedRates: [999] } }),
    "stale: the rate of currency 999 has changed",
  ],
  [
    "a build that broke off, over another one",
    withCore({ unfinished: true }),
    "stale: a build of the core is running, or was broken off",
  ],
  [
    "a first build that broke off",
    withCore({ ...NONE, unfinished: true }),
    "stale: a build of the core is running, or was broken off",
  ],
  [
    "a swap that nobody knows of",
    { ...fresh, unfinished: { dataset: "currencies", isUndo: true } },
    "stale: an undo of currencies is running, or was broken off",
  ],
  ["a mart of other statuses", withBuild({ statuses: ["blocked"] }), "done"],
  ["no mart", { ...fresh, mart: undefined }, "done"],
];

for (const [what, facts, state] of cores) {
  Deno.test(`the core: ${what}`, () => assert.equal(stateOf(coreStanding(facts)), state));
}

Deno.test("what a build of the core leaves that broke off is another core than the one before", () => {
  const ids = [
    { ...fresh, core: undefined },
    withCore({ ...NONE, unfinished: true }),
    fresh,
    withCore({ unfinished: true }),
  ].map((facts) => coreStanding(facts).id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids[0], null);
});

Deno.test("a day has no core where it is loaded and none was built", () => {
  assert.equal(isWithoutCore({ ...fresh, core: undefined }), true);
  assert.equal(isWithoutCore(fresh), false);
  assert.equal(isWithoutCore({ ...withLoad(undefined), core: undefined }), false);
  const unfinished = { dataset: "currencies", isUndo: false } as const;
  assert.equal(isWithoutCore({ ...fresh, core: undefined, unfinished }), false);
});

const marts: [what: string, facts: DayFacts, state: string, asked?: typeof asked][] = [
  ["never built", { ...fresh, mart: undefined }, "missing"],
  ["no core: it is not made from it", { ...fresh, core: undefined }, "done"],
  ["a core that broke off", withCore({ unfinished: true }), "done"],
  [
    "built by an older version",
    { ...fresh, mart: { ...fresh.mart!, record: undefined } },
    "stale: built by a version that kept no record",
  ],
  [
    "another load",
    withLoad({ loadId: "l2" }),
    "stale: built from another load of transactions",
  ],
  [
    "an undone load",
    withLoad(undefined),
    "stale: the load of transactions that it was built from was undone",
  ],
  [
    "other rates",
    withBuild({ changedRates: [430, 450] }),
    "stale: the rates of currencies 430 and 450 have changed",
  ],
  ["the same statuses in another order", withBuild({ statuses: ["done", "done"] }), "done"],
  [
    "other statuses",
    withBuild({ statuses: ["done", "blocked"] }),
    'stale: built with the statuses "done", "blocked"',
  ],
  ["some types", withBuild({ types: ["sale"] }), 'stale: built with the types "sale"'],
  [
    "a swap that nobody knows of",
    { ...fresh, unfinished: { dataset: "transactions", isUndo: false } },
    "stale: a load of transactions is running, or was broken off",
  ],
];

for (const [what, facts, state] of marts) {
  Deno.test(`the mart: ${what}`, () => assert.equal(stateOf(martStanding(facts, asked)), state));
}

Deno.test("what stands after a step that is missing or stale is stale by it", () => {
  const state = fc.constantFrom<Standing["state"]>("missing", "stale", "done");
  fc.assert(fc.property(fc.array(state, { minLength: 1, maxLength: 5 }), (states) => {
    const steps = states.map((state, index) => ({
      name: `step${index}`,
      standing: state === "missing" ? MISSING : { ...MISSING, state, rows: 1, cause: state },
    }));
    const first = states.findIndex((state) => state !== "done");
    for (const [index, { standing }] of chained(steps).entries()) {
      const isUpstream = states[index] === "done" && first !== -1 && first < index;
      if (!isUpstream) assert.deepEqual(standing, steps[index]!.standing);
      else assert.equal(standing.cause, `upstream: step${first} is ${states[first]}`);
    }
  }));
});

Deno.test("what was tried shows where what stands is what stood when it began", () => {
  const done = loadStanding(fresh);
  const of = (attempt: Partial<AttemptFacts>, standing = done) =>
    stateOf(attempted(standing, { state: "failed", stood: done.id, message: "why", ...attempt }));
  assert.equal(stateOf(attempted(done, undefined)), "done");
  assert.equal(of({}), "failed: why");
  assert.equal(of({ state: "interrupted", message: null }), "interrupted");
  assert.equal(of({ state: "done" }), "done");
  assert.equal(of({ stood: "something else" }), "done");
  assert.equal(of({ stood: null }), "done");
  assert.equal(of({ stood: null }, MISSING), "failed: why");
  assert.equal(of({}, MISSING), "missing");
  assert.equal(of({ state: "running", stood: "something else", message: null }), "running");
});
