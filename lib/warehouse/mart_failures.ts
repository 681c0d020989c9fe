/** Why a mart cannot be built, whichever warehouse builds it (contract, section 6). */
import { DATASET_NAMES } from "../events/dataset.ts";
import { dayArgument } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { LeftOut } from "./repository.ts";

/** @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded */
export function requireLoads(
  day: Temporal.PlainDate,
  loaded: readonly (string | null | undefined)[],
): void {
  const missing = DATASET_NAMES.filter((name) => !loaded.includes(name));
  if (missing.length === 0) return;
  throw new FinpipeError(
    "prerequisite",
    `Cannot build the mart for ${day}: never loaded: ${missing.join(", ")}`,
    { hint: `Run 'finpipe load ${dayArgument(day)}' first` },
  );
}

/** The failure of a strict mart that would have to leave currencies out. */
export function withoutRate(day: Temporal.PlainDate, leftOut: readonly LeftOut[]): FinpipeError {
  const list = leftOut.map(({ currency, transactions }) => `${currency} (${transactions})`);
  return new FinpipeError(
    "data",
    `Cannot build the mart for ${day}: no dollar rate on or before that day for currencies ` +
      `(counted transactions): ${list.join(", ")}`,
    { hint: "Load a day that has their rates, or leave them out: run again without --strict" },
  );
}
