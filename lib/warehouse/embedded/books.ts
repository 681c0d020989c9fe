/** {@link WarehouseBooks} of the embedded warehouse: all of it in one snapshot. */
import booksBuilds from "../../../sql/warehouse/embedded/books_builds.sql" with { type: "text" };
import booksCoreCounted from "../../../sql/warehouse/embedded/books_core_counted.sql" with {
  type: "text",
};
import booksCoreDates from "../../../sql/warehouse/embedded/books_core_dates.sql" with {
  type: "text",
};
import booksCoreFacts from "../../../sql/warehouse/embedded/books_core_facts.sql" with {
  type: "text",
};
import booksCoreMembers from "../../../sql/warehouse/embedded/books_core_members.sql" with {
  type: "text",
};
import booksCoreRates from "../../../sql/warehouse/embedded/books_core_rates.sql" with {
  type: "text",
};
import booksCoreValues from "../../../sql/warehouse/embedded/books_core_values.sql" with {
  type: "text",
};
import booksCounted from "../../../sql/warehouse/embedded/books_counted.sql" with { type: "text" };
import booksFingerprints from "../../../sql/warehouse/embedded/books_fingerprints.sql" with {
  type: "text",
};
import booksLeftOut from "../../../sql/warehouse/embedded/books_left_out.sql" with { type: "text" };
import booksLoads from "../../../sql/warehouse/embedded/books_loads.sql" with { type: "text" };
import booksNotCounted from "../../../sql/warehouse/embedded/books_not_counted.sql" with {
  type: "text",
};
import booksRates from "../../../sql/warehouse/embedded/books_rates.sql" with { type: "text" };
import booksStaged from "../../../sql/warehouse/embedded/books_staged.sql" with { type: "text" };
import type { DatasetName } from "../../events/dataset.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import { query } from "../../sql/query.ts";
import * as books from "../books.ts";
import * as core from "../core_books.ts";
import { rangeValues, subjectValues } from "../variables.ts";
import { readDayRecords } from "./days.ts";
import { readMart } from "./mart.ts";
import type { EmbeddedScope } from "./scope.ts";

const STAGED = query("warehouse/embedded/books_staged", booksStaged, books.STAGED);
const LOADS = query("warehouse/embedded/books_loads", booksLoads, books.LOAD);
const BUILDS = query("warehouse/embedded/books_builds", booksBuilds, books.BUILD);
const COUNTED = query("warehouse/embedded/books_counted", booksCounted, books.COUNTED);
const NOT_COUNTED = query(
  "warehouse/embedded/books_not_counted",
  booksNotCounted,
  books.NOT_COUNTED,
);
const LEFT_OUT = query("warehouse/embedded/books_left_out", booksLeftOut, books.LEFT_OUT);
const FINGERPRINTS = query(
  "warehouse/embedded/books_fingerprints",
  booksFingerprints,
  books.FINGERPRINT,
);
const RATES = query("warehouse/embedded/books_rates", booksRates, books.RATE);
const CORE_FACTS = query("warehouse/embedded/books_core_facts", booksCoreFacts, core.CORE_FACTS);
const CORE_RATES = query("warehouse/embedded/books_core_rates", booksCoreRates, core.CORE_RATES);
const CORE_DATES = query("warehouse/embedded/books_core_dates", booksCoreDates, core.CORE_DATE);
const CORE_MEMBERS = query(
  "warehouse/embedded/books_core_members",
  booksCoreMembers,
  core.CORE_MEMBERS,
);
const CORE_VALUES = query(
  "warehouse/embedded/books_core_values",
  booksCoreValues,
  core.CORE_VALUES,
);
const CORE_COUNTED = query(
  "warehouse/embedded/books_core_counted",
  booksCoreCounted,
  core.CORE_COUNTED,
);

export function readBooks(
  scope: EmbeddedScope,
  range: DateRange,
  deep: boolean,
): Promise<books.WarehouseRead> {
  const days = rangeValues(range);
  const ofDataset = (dataset: DatasetName) => ({
    ...subjectValues({ dataset, day: range.from }),
    ...days,
  });
  const staged = (dataset: DatasetName) => scope.select(STAGED, ofDataset(dataset));
  const fingerprints = (dataset: DatasetName) => scope.select(FINGERPRINTS, ofDataset(dataset));
  const counted = async (options: books.BuildOptions) => {
    const values = {
      ...days,
      statuses: JSON.stringify(options.statuses),
      types: options.types === undefined ? null : JSON.stringify(options.types),
    };
    return {
      options,
      counted: await scope.select(COUNTED, values),
      notCounted: await scope.select(NOT_COUNTED, values),
      facts: await scope.select(CORE_COUNTED, values),
    };
  };
  return scope.session.transaction(async () => {
    const records = await readDayRecords(scope, range);
    const builds = await scope.select(BUILDS, days);
    const counts: books.CountedDays[] = [];
    for (const options of books.optionsOf(builds)) counts.push(await counted(options));
    const read = {
      records,
      staged: {
        transactions: await staged("transactions"),
        currencies: await staged("currencies"),
      },
      loads: await scope.select(LOADS, days),
      builds,
      used: records.used,
      counts,
      mart: await Array.fromAsync(readMart(scope, range)),
      leftOut: await scope.select(LEFT_OUT, days),
      rates: await scope.select(RATES, days),
      fingerprints: !deep ? undefined : {
        transactions: await fingerprints("transactions"),
        currencies: await fingerprints("currencies"),
      },
      core: {
        facts: await scope.select(CORE_FACTS, days),
        rates: await scope.select(CORE_RATES, days),
        dates: await scope.select(CORE_DATES, days),
        members: await scope.select(CORE_MEMBERS),
        values: deep ? await scope.select(CORE_VALUES, days) : undefined,
      },
    };
    return {
      days: books.warehouseDayBooks(read),
      dimensions: books.dimensionBooks(read),
      moved: new Set<string>(),
    };
  }, "snapshot");
}
