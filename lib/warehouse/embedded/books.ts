/** {@link WarehouseBooks} of the embedded warehouse: all of it in one snapshot. */
import booksBuilds from "../../../sql/warehouse/embedded/books_builds.sql" with { type: "text" };
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
    };
    return { days: books.warehouseDayBooks(read), moved: new Set<string>() };
  }, "snapshot");
}
