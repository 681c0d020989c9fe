/** What an undo says of core and mart, by what is left of the day (contract, section 5). */
import assert from "node:assert/strict";
import type { WarehouseDay } from "../../lib/standing/facts.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { undoLoad } from "../../lib/steps/undo_load.ts";
import type { WarehouseRepository } from "../../lib/warehouse/repository.ts";
import { recordingLog } from "../support/logs.ts";

const DAY = Temporal.PlainDate.from("2022-10-01");
const AT = Temporal.PlainDateTime.from("2022-10-02T03:00:00");

const load = (loadId: string) => ({
  loadId,
  sha256: loadId,
  rows: 1,
  refused: 0,
  stagedRows: 1,
  loadedAt: AT,
  isRestored: true,
});
const LOADS = { transactions: load("l1"), currencies: load("l1") };

const origin = (loadId: string) => ({
  buildId: "b",
  loads: { transactions: loadId, currencies: "l1" },
  changedRates: [],
});
const core = (loadId: string) => ({
  record: origin(loadId),
  rows: 1,
  builtAt: AT,
  unfinished: false,
});
const mart = (loadId: string) => ({
  record: { ...origin(loadId), statuses: ["done"], types: undefined, leftOut: 0 },
  rows: 1,
  builtAt: AT,
});

/** What is said after an undo that left such a day. */
async function saidOf(left: Partial<WarehouseDay> | undefined): Promise<string> {
  const facts = { day: DAY, loads: LOADS, unfinished: undefined, core: undefined, mart: undefined };
  const warehouse = {
    undoDay: () => Promise.resolve(true),
    loadRecord: () => Promise.resolve(undefined),
    dayFacts: () => Promise.resolve(left === undefined ? [] : [{ ...facts, ...left }]),
  } as unknown as WarehouseRepository;
  const { log, lines } = recordingLog("info");
  const report = await undoLoad({ warehouse, log }, runOfPartition(DAY), ["transactions"]);
  await log.flush();
  const said = lines.at(-1)!.trimEnd().replace(/^warn: /, "");
  const isWarned = lines.at(-1)!.startsWith("warn: ");
  assert.equal(isWarned, report.isCoreStale || report.isMartStale);
  return said.replace(/; a backfill that covers the day loads the dump again$/, "");
}

Deno.test("an undo names what is stale by it, and the commands that mend that", async () => {
  const gone = { loads: { ...LOADS, transactions: undefined } };
  const said: [left: Partial<WarehouseDay> | undefined, text: string][] = [
    [
      { core: core("l2"), mart: mart("l2") },
      "The core and the mart of 2022-10-01 are stale: 'finpipe dwh 2022-10-02' and " +
      "'finpipe cdm 2022-10-02' build them from the day as it stands now",
    ],
    [
      { ...gone, core: core("l2"), mart: mart("l2") },
      "The core and the mart of 2022-10-01 still show the load that was undone: " +
      "'finpipe dwh 2022-10-02' and 'finpipe cdm 2022-10-02' remove them",
    ],
    [
      {},
      "'finpipe dwh 2022-10-02' and 'finpipe cdm 2022-10-02' build the core and the mart of " +
      "2022-10-01 from the day as it stands now",
    ],
    [
      { mart: mart("l2") },
      "The mart of 2022-10-01 is stale: 'finpipe cdm 2022-10-02' builds it from the day as it " +
      "stands now; 'finpipe dwh 2022-10-02' builds the core of 2022-10-01 from the day as it " +
      "stands now",
    ],
    [
      { ...gone, core: core("l2") },
      "The core of 2022-10-01 still shows the load that was undone: 'finpipe dwh 2022-10-02' " +
      "removes it",
    ],
    [
      { core: { ...core("l1"), unfinished: true }, mart: mart("l1") },
      "The core of 2022-10-01 is stale: 'finpipe dwh 2022-10-02' builds it from the day as it " +
      "stands now",
    ],
  ];
  for (const [left, text] of said) assert.equal(await saidOf(left), text);

  const nothing = "A backfill that covers the day loads the dump again";
  const unfinished = { dataset: "transactions", isUndo: true } as const;
  for (
    const left of [
      undefined,
      gone,
      { core: core("l1"), mart: mart("l1") },
      { core: core("l2"), mart: mart("l2"), unfinished },
    ]
  ) {
    assert.equal(await saidOf(left), nothing);
  }
});
