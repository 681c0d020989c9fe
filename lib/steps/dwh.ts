/** The step from the warehouse's staging to the core (contract, section 7). */
import type { DayRun } from "../partitions/run_date.ts";
import { counted } from "../runtime/words.ts";
import { coreStanding } from "../standing/core_standing.ts";
import type { CoreResult, WarehouseRepository } from "../warehouse/repository.ts";
import type { Step, StepContext, StepFacts } from "./step.ts";

export interface DwhDeps extends Pick<StepContext, "log"> {
  warehouse: Pick<WarehouseRepository, "buildCore">;
}

export interface DwhReport extends DayRun, CoreResult {}

const step: Step = {
  description: "Builds the core for one day from what is loaded in the warehouse: facts and " +
    "dimensions, for analysts.",

  examples: [
    ["finpipe dwh 2022-10-02", "builds the core for 2022-10-01"],
    ["finpipe dwh --partition 2022-10-01", "the same, by the date of the data"],
  ],

  uses: { warehouse: true },
  waitsForDayEnd: false,
  byDataset: false,
  options: [],

  prepare() {
    return {
      runDay: async ({ ends: { warehouse }, log }, run) =>
        dwhFacts(await dwh({ warehouse, log }, run)),
      standing: coreStanding,
      isAside: true,
    };
  },
};

export default step;

/**
 * Rebuilds the core for one day. Removes the day's facts where a load that they were built from was
 * undone and no load has taken its place.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded; `locked`
 * where another build of the core runs for too long
 */
export async function dwh({ warehouse, log }: DwhDeps, run: DayRun): Promise<DwhReport> {
  const { partition } = run;
  const result = await warehouse.buildCore(partition);
  const { transactions, currencyRates, takenAway } = result;
  if (takenAway !== undefined) {
    log.warn(
      `Removed the core of ${partition}: a load that it was built from was undone, and no load ` +
        "has taken its place",
      { transactions: takenAway.transactions, currency_rates: takenAway.currencyRates },
    );
  } else {
    log.info(`Built the core for ${partition}`, { transactions, currency_rates: currencyRates });
  }
  return { ...run, ...result };
}

/** Facts of the core, by table. */
export function dwhFacts(
  { transactions, currencyRates, takenAway }: CoreResult,
): StepFacts {
  return {
    json: {
      outcome: takenAway === undefined ? "built" : "taken_away",
      transactions,
      currency_rates: currencyRates,
    },
    lines: [
      takenAway === undefined
        ? `core: ${rowsText({ transactions, currencyRates })}`
        : `core: removed, ${rowsText(takenAway)}: a load that it was built from was undone`,
    ],
    brief: takenAway === undefined ? counted(transactions, "transaction") : "removed",
    rows: transactions,
  };
}

function rowsText(
  { transactions, currencyRates }: Pick<CoreResult, "transactions" | "currencyRates">,
): string {
  return `${counted(transactions, "transaction")}, ${counted(currencyRates, "currency rate")}`;
}
