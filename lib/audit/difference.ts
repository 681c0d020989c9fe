/** What an audit finds: two sides that should be equal and are not. */
import type { DatasetName } from "../events/dataset.ts";
import type { DayBook, DimensionBook, SourceBook } from "./facts.ts";

/** A side: a count, an exact decimal or another text; null where nothing is known or nothing stands. */
export type Side = number | string | null;

/** A difference, without the link that it is of. */
export interface Finding {
  left: Side;
  right: Side;
  /** Its likely cause, as a part of a sentence. */
  cause: string;
  /** Where a link is looked at by currency. */
  currency?: number;
}

/** A link that does not hold. */
export interface Difference extends Finding {
  /** Undefined for what is counted over all dates. */
  day: Temporal.PlainDate | undefined;
  dataset: DatasetName | undefined;
  /** The link's name. */
  link: string;
  /** For what is counted over all dates. */
  source?: { source: string; partition: number };
  /** A table of the core, likewise. */
  dimension?: string;
}

/** What holds of a day where the books balance. */
export interface DayLink {
  /** As differences name it. */
  name: string;
  /** What its two sides are, for people. */
  sides: readonly [left: string, right: string];
  /** The datasets that have it. */
  datasets: readonly DatasetName[];
  /** What does not hold; nothing where it cannot be judged, as another link tells why. */
  find(book: DayBook, dataset: DatasetName): Finding[];
}

/** What holds of a dimension of the core, over all dates. */
export interface DimensionLink {
  name: string;
  sides: readonly [left: string, right: string];
  find(book: DimensionBook): Finding[];
}

/** What holds of a source partition. */
export interface SourceLink {
  name: string;
  sides: readonly [left: string, right: string];
  find(book: SourceBook): Finding[];
}
