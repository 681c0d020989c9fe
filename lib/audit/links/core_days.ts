/** What the links of the core share: on which days they look, and how they tell of facts. */
import { coreCauses } from "../../standing/core_standing.ts";
import type { DatasetName } from "../../events/dataset.ts";
import type { DayLink, Finding } from "../difference.ts";
import type { CoreBook, DayBook, FactsBook } from "../facts.ts";

export const TRANSACTIONS = ["transactions"] as const;
export const UNBUILT_FACTS = "facts of a day that no build made: changed by hand";
export const CORE_CHANGED = "the core was changed by hand, or rows in the warehouse were";

/** Facts of all currencies and rates. */
export function factsOf({ facts }: CoreBook): number {
  return facts.reduce((sum, row) => sum + row.facts, 0);
}

/** Whether the core is of the loads that stand: else it is stale, and its figures are others. */
export function isOfLoads({ facts }: DayBook): boolean {
  return facts.core?.record !== undefined &&
    coreCauses(facts).every(({ kind }) => kind === "rates");
}

/** Looks at a day whose core is of the loads that stand. */
export function ofCore(
  find: (book: DayBook, dataset: DatasetName) => Finding[],
): DayLink["find"] {
  return (book, dataset) => isOfLoads(book) ? find(book, dataset) : [];
}

/** What is said of facts, where a number of them is not as it should be. */
export function factsWith(
  core: CoreBook,
  wrong: (row: FactsBook) => number,
  cause: string,
): Finding[] {
  const count = core.facts.reduce((sum, row) => sum + wrong(row), 0);
  const facts = factsOf(core);
  return count === 0 ? [] : [{ left: facts, right: facts - count, cause }];
}
