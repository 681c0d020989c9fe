/** What holds of the core: it has each loaded row with its dimensions, and counts what the mart counts. */
import type { DayLink } from "../difference.ts";
import { build, rateUsed, stamps } from "./core_build.ts";
import { accounts, amount, dimensions, dollars, loadedRows, values } from "./core_facts.ts";
import { date, rates } from "./core_rates.ts";
import { counted, total } from "./core_witness.ts";

export { factsOf } from "./core_days.ts";
export { DIMENSION_LINKS } from "./core_members.ts";

export const CORE_LINKS: readonly DayLink[] = [
  build,
  loadedRows,
  amount,
  dimensions,
  accounts,
  dollars,
  rateUsed,
  stamps,
  rates,
  date,
];

/** What core and mart say of each other. */
export const WITNESS_LINKS: readonly DayLink[] = [counted, total];

/** Those of a deep audit. */
export const DEEP_CORE_LINKS: readonly DayLink[] = [values];
