/**
 * {@link WarehouseBooks} of the Vertica warehouse. Its sessions are READ COMMITTED, and one snapshot of
 * several statements would take a lock that keeps loads out for as long (SERIALIZABLE). So it is looked
 * before and after whether a load, an undo or a build came between, of which day.
 */
import booksBuilds from "../../../sql/warehouse/vertica/books_builds.sql" with { type: "text" };
import booksCoreCounted from "../../../sql/warehouse/vertica/books_core_counted.sql" with {
  type: "text",
};
import booksCoreDates from "../../../sql/warehouse/vertica/books_core_dates.sql" with {
  type: "text",
};
import booksCoreFacts from "../../../sql/warehouse/vertica/books_core_facts.sql" with {
  type: "text",
};
import booksCoreMembers from "../../../sql/warehouse/vertica/books_core_members.sql" with {
  type: "text",
};
import booksCoreRates from "../../../sql/warehouse/vertica/books_core_rates.sql" with {
  type: "text",
};
import booksCoreValues from "../../../sql/warehouse/vertica/books_core_values.sql" with {
  type: "text",
};
import booksCounted from "../../../sql/warehouse/vertica/books_counted.sql" with { type: "text" };
import booksFingerprintsCurrencies from "../../../sql/warehouse/vertica/books_fingerprints_currencies.sql" with {
  type: "text",
};
import booksFingerprintsTransactions from "../../../sql/warehouse/vertica/books_fingerprints_transactions.sql" with {
  type: "text",
};
import booksLeftOut from "../../../sql/warehouse/vertica/books_left_out.sql" with { type: "text" };
import booksLoads from "../../../sql/warehouse/vertica/books_loads.sql" with { type: "text" };
import booksMarks from "../../../sql/warehouse/vertica/books_marks.sql" with { type: "text" };
import booksNotCounted from "../../../sql/warehouse/vertica/books_not_counted.sql" with {
  type: "text",
};
import booksRates from "../../../sql/warehouse/vertica/books_rates.sql" with { type: "text" };
import booksStaged from "../../../sql/warehouse/vertica/books_staged.sql" with { type: "text" };
import type { DatasetName } from "../../events/dataset.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import * as is from "../../sql/columns.ts";
import type { RowOf } from "../../sql/query.ts";
import { Clause } from "../../sql/template.ts";
import * as books from "../books.ts";
import * as core from "../core_books.ts";
import { rangeValues, subjectValues } from "../variables.ts";
import { readDayRecords } from "./days.ts";
import { martRows, selectPage } from "./mart.ts";
import { compareByBytes } from "./locale.ts";
import { verticaQuery } from "./query.ts";
import type { VerticaScope } from "./scope.ts";

const STAGED = verticaQuery("books_staged", booksStaged, books.STAGED);
const LOADS = verticaQuery("books_loads", booksLoads, books.LOAD);
const BUILDS = verticaQuery("books_builds", booksBuilds, books.BUILD);
const COUNTED = verticaQuery("books_counted", booksCounted, books.COUNTED);
const NOT_COUNTED = verticaQuery("books_not_counted", booksNotCounted, books.NOT_COUNTED);
const LEFT_OUT = verticaQuery("books_left_out", booksLeftOut, books.LEFT_OUT);
const FINGERPRINTS = {
  transactions: verticaQuery(
    "books_fingerprints_transactions",
    booksFingerprintsTransactions,
    books.FINGERPRINT,
  ),
  currencies: verticaQuery(
    "books_fingerprints_currencies",
    booksFingerprintsCurrencies,
    books.FINGERPRINT,
  ),
};
const RATES = verticaQuery("books_rates", booksRates, books.RATE);
const CORE_FACTS = verticaQuery("books_core_facts", booksCoreFacts, core.CORE_FACTS);
const CORE_RATES = verticaQuery("books_core_rates", booksCoreRates, core.CORE_RATES);
const CORE_DATES = verticaQuery("books_core_dates", booksCoreDates, core.CORE_DATE);
const CORE_MEMBERS = verticaQuery("books_core_members", booksCoreMembers, core.CORE_MEMBERS);
const CORE_VALUES = verticaQuery("books_core_values", booksCoreValues, core.CORE_VALUES);
const CORE_COUNTED = verticaQuery("books_core_counted", booksCoreCounted, core.CORE_COUNTED);
const MARK = { partitionDate: is.text, mark: is.text, id: is.text };
const MARKS = verticaQuery("books_marks", booksMarks, MARK);

export async function readBooks(
  scope: VerticaScope,
  range: DateRange,
  deep: boolean,
): Promise<books.WarehouseRead> {
  const days = rangeValues(range);
  const staged = (dataset: DatasetName) =>
    scope.select(STAGED, { ...subjectValues({ dataset, day: range.from }), ...days });
  const fingerprints = (dataset: DatasetName) => scope.select(FINGERPRINTS[dataset], days);
  const counted = async (options: books.BuildOptions) => {
    const { statuses, types } = options;
    const values = {
      ...days,
      exact_statuses: exactly(statuses),
      all_types: types === undefined,
      exact_types: exactly(types),
    };
    return {
      options,
      counted: await scope.select(COUNTED, values),
      notCounted: await scope.select(NOT_COUNTED, values),
      facts: await scope.select(CORE_COUNTED, values),
    };
  };
  const marks = () => scope.select(MARKS, days);
  await compareByBytes(scope);
  return await scope.transaction(async () => {
    const before = await marks();
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
      mart: await Array.fromAsync(martRows((place) => selectPage(scope, place), range)),
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
    const after = await marks();
    return {
      days: books.warehouseDayBooks(read),
      dimensions: books.dimensionBooks(read),
      moved: unequal(before, after),
    };
  });
}

/** Texts with a full stop behind them. A list in SQL has a value: NULL is equal to nothing. */
function exactly(values: readonly string[] | undefined): readonly string[] | Clause {
  if (values === undefined || values.length === 0) return new Clause("NULL");
  return values.map((value) => `${value}.`);
}

/** Days whose marks differ. */
function unequal(...both: readonly RowOf<typeof MARK>[][]): Set<string> {
  const [before, after] = both.map((marks) =>
    new Map(
      [...Map.groupBy(marks, ({ partitionDate }) => partitionDate)]
        .map(([day, marks]) => [day, JSON.stringify(marks)]),
    )
  );
  return new Set(
    [...before!.keys(), ...after!.keys()].filter((day) => before!.get(day) !== after!.get(day)),
  );
}
