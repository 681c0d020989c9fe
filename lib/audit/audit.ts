/** Compares the books: each link of each day and of each source partition. Pure. */
import type { DateRange } from "../partitions/run_date.ts";
import type { CountedValues } from "../standing/mart_standing.ts";
import { againstDifferences, notCompared, type OtherFigures } from "./against.ts";
import type { Difference } from "./difference.ts";
import type { DayBook, DimensionBook, SourceBook } from "./facts.ts";
import { DIMENSION_LINKS } from "./links/core.ts";
import { dayLinks } from "./links/links.ts";
import { SOURCE_LINKS } from "./links/sources.ts";
import type { Books } from "./read_books.ts";

/** What does not hold of a day, in the order of the pipeline. */
export function dayDifferences(book: DayBook, asked: CountedValues): Difference[] {
  const { day } = book.facts;
  return dayLinks(asked).flatMap(({ name, datasets, find }) =>
    datasets.flatMap((dataset) =>
      find(book, dataset).map((finding) => ({ day, dataset, link: name, ...finding }))
    )
  );
}

/** What does not hold of a source partition, over all dates. */
export function sourceDifferences(book: SourceBook): Difference[] {
  const source = { source: book.source, partition: book.partition };
  return SOURCE_LINKS.flatMap(({ name, find }) =>
    find(book).map((finding) => ({
      day: undefined,
      dataset: undefined,
      link: name,
      ...finding,
      source,
    }))
  );
}

/** What does not hold of a dimension of the core, over all dates. */
export function dimensionDifferences(book: DimensionBook): Difference[] {
  return DIMENSION_LINKS.flatMap(({ name, find }) =>
    find(book).map((finding) => {
      const { dimension } = book;
      return { day: undefined, dataset: undefined, link: name, ...finding, dimension };
    })
  );
}

/** What was compared, and what does not hold. */
export interface Audit extends Books {
  /** In order of date and pipeline, then of the dimensions, the source partitions, and of another system's figures. */
  differences: Difference[];
  /** Dates of another system that the audit is not about. */
  notCompared: number;
}

/** What the books are compared by. */
export interface AuditOptions {
  /** Dates whose figures may be compared with another system's: none that is not over. */
  range: DateRange;
  /** The statuses and types that `cdm` would count. */
  asked: CountedValues;
  /** Another system's figures. @default none */
  others?: OtherFigures | undefined;
}

/** Compares all books. */
export function compareBooks(books: Books, { range, asked, others }: AuditOptions): Audit {
  const ofDays = books.days.flatMap((book) => dayDifferences(book, asked));
  const differences = [
    ...ofDays,
    ...books.dimensions.flatMap(dimensionDifferences),
    ...books.sources.flatMap(sourceDifferences),
  ];
  if (others === undefined) return { ...books, differences, notCompared: 0 };
  const moving = new Set(books.moving.map(String));
  const isCompared = (day: Temporal.PlainDate) => isIn(range, day) && !moving.has(day.toString());
  const ofOthers = againstDifferences(books.days, others, isCompared);
  return {
    ...books,
    differences: differences.concat(ofOthers),
    notCompared: notCompared(others, isCompared),
  };
}

/** Days that a version loaded which recorded no fingerprint. */
export function withoutFingerprint({ days }: Pick<Books, "days">): Temporal.PlainDate[] {
  return days.filter(({ warehouse: { loads } }) =>
    Object.values(loads).some((load) => load !== undefined && load.fingerprint === undefined)
  ).map(({ facts }) => facts.day);
}

function isIn({ from, to }: DateRange, day: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(day, from) >= 0 && Temporal.PlainDate.compare(day, to) <= 0;
}
