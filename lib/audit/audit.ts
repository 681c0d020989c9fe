/** Compares the books: each link of each day and of each source partition. Pure. */
import type { CountedValues } from "../standing/mart_standing.ts";
import type { Difference } from "./difference.ts";
import type { DayBook, SourceBook } from "./facts.ts";
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

/** What was compared, and what does not hold. */
export interface Audit extends Books {
  /** In order of date and pipeline, then of the source partitions. */
  differences: Difference[];
}

/** Compares all books. */
export function compareBooks(books: Books, asked: CountedValues): Audit {
  const ofDays = books.days.flatMap((book) => dayDifferences(book, asked));
  return { ...books, differences: [...ofDays, ...books.sources.flatMap(sourceDifferences)] };
}
