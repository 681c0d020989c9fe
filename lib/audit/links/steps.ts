/** What is missing and what is stale, as `lib/standing/` judges it by the records. */
import { DATASET_NAMES, type DatasetName } from "../../events/dataset.ts";
import { dumpCauses } from "../../standing/dump_standing.ts";
import {
  type CoreCause,
  coreCauses,
  coreCausesText,
  isWithoutCore,
} from "../../standing/core_standing.ts";
import { loadCauses, unfinishedCause } from "../../standing/load_standing.ts";
import type { UsedRate } from "../../standing/changed_rates.ts";
import type { BuildOrigin, DayFacts } from "../../standing/facts.ts";
import {
  type CountedValues,
  isUnbuilt,
  type MartCause,
  martCauses,
  martCausesText,
} from "../../standing/mart_standing.ts";
import type { DayLink, Side } from "../difference.ts";
import type { DayBook, WarehouseBook } from "../facts.ts";
import { dumpedOf } from "./staging.ts";

/** What was landed is what was dumped. */
const dump: DayLink = {
  name: "dump",
  sides: ["rows landed", "rows landed when it was dumped"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    if (!book.isOver) return [];
    const causes = dumpCauses(book.facts, dataset) ?? [];
    if (causes.length === 0) return [];
    return [{
      left: book.facts.staged[dataset].landed,
      right: dumpedOf(book, dataset)?.stagedRows ?? null,
      cause: `stale: ${causes.join("; ")}`,
    }];
  },
};

/** What was landed or dumped is loaded. */
const load: DayLink = {
  name: "load",
  sides: ["what was landed or dumped", "what is loaded"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    const { facts, isOver, staged, warehouse } = book;
    if (!isOver) return [];
    const causes = loadCauses(facts, dataset);
    if (causes === undefined) {
      const why = whyMissing(book, dataset);
      if (why === undefined) return [];
      const { dump, landed } = staged[dataset];
      return [{ left: dump?.rows ?? landed, right: null, cause: `missing: ${why}` }];
    }
    const { unfinished } = facts;
    if (unfinished?.dataset === dataset) causes.unshift(unfinishedCause(unfinished));
    if (causes.length === 0) return [];
    return [{
      left: staged[dataset].dump?.sha256 ?? null,
      right: warehouse.loads[dataset]!.sha256,
      cause: `stale: ${causes.join("; ")}`,
    }];
  },
};

/** Why there should be a load; undefined where there is nothing to load. */
function whyMissing({ staged, warehouse }: DayBook, dataset: DatasetName): string | undefined {
  const { landed, rows, dump } = staged[dataset];
  if (landed > 0 || rows > 0) return "landed and never loaded";
  if (dump !== undefined) return "dumped and never loaded";
  const other = DATASET_NAMES.find((name) => name !== dataset && warehouse.loads[name]);
  return other && `never loaded, and ${other} of the day are`;
}

/** What is loaded is in the core, as the loads and rates that stand have it. */
const dwh: DayLink = {
  name: "dwh",
  sides: ["what a core would be built from", "what it was built from"],
  datasets: ["transactions"],
  find({ facts, isOver, warehouse: { core } }) {
    if (!isOver) return [];
    if (isWithoutCore(facts)) {
      const left = facts.loads.transactions?.rows ?? null;
      return [{ left, right: null, cause: "missing: loaded and never built" }];
    }
    // A swap that is not over is told of the load.
    return coreCauses(facts).filter(({ kind }) => kind !== "unfinished").map((cause) => ({
      ...builtFrom(cause, facts, facts.core?.record, core.usedRates),
      cause: `stale: ${coreCausesText([cause])}`,
    }));
  },
};

/**
 * What is loaded is built, from the loads and rates that stand and as it is asked for.
 *
 * @param asked the statuses and types that `cdm` would count
 */
export function cdmLink(asked: CountedValues): DayLink {
  return {
    name: "cdm",
    sides: ["what a mart would be built from", "what it was built from"],
    datasets: ["transactions"],
    find({ facts, isOver, warehouse }) {
      if (!isOver) return [];
      if (isUnbuilt(facts)) {
        const left = facts.loads.transactions?.rows ?? null;
        return [{ left, right: null, cause: "missing: loaded and never built" }];
      }
      // A swap that is not over is told of the load.
      const causes = martCauses(facts, asked).filter(({ kind }) => kind !== "unfinished");
      return causes.map((cause) => ({
        ...sidesOf(cause, facts, warehouse, asked),
        cause: `stale: ${martCausesText([cause])}`,
      }));
    },
  };
}

/** What is now, and what was when the mart was built. */
function sidesOf(
  cause: MartCause,
  facts: DayFacts,
  { usedRates }: WarehouseBook,
  asked: CountedValues,
): { left: Side; right: Side } {
  switch (cause.kind) {
    case "statuses":
    case "types":
      return {
        left: asked[cause.kind]?.join(",") ?? "all",
        right: cause.counted?.join(",") ?? "all",
      };
    case "unrecorded":
      return { left: "a build", right: null };
    default:
      return builtFrom(cause, facts, facts.mart?.record, usedRates);
  }
}

/** What is now, and what was when it was built. */
function builtFrom(
  cause: CoreCause,
  { loads }: DayFacts,
  origin: BuildOrigin | undefined,
  usedRates: readonly UsedRate[],
): { left: Side; right: Side } {
  switch (cause.kind) {
    case "undone":
    case "replaced":
      return {
        left: loads[cause.dataset]?.loadId ?? null,
        right: origin?.loads[cause.dataset] ?? null,
      };
    case "rates": {
      const [currency] = cause.currencies;
      const used = usedRates.find((rate) => rate.currency === currency);
      return { left: `a changed rate of ${currency}`, right: used?.rate ?? null };
    }
    default:
      return { left: "a build", right: null };
  }
}

export const STEP_LINKS: readonly DayLink[] = [dump, load, dwh];
