/** What each day's mart was built from, as a table. */
import { printable } from "../../../../runtime/printable.ts";
import { daysOf, type PackedLoads } from "../data.ts";
import { timeText } from "./dates.ts";
import type { Model } from "./model.ts";
import { counted, wholeText } from "./numbers.ts";
import { type Column, type Sort, Table } from "./table.ts";
import type { View } from "./view.ts";

/** A day that something was loaded or built of. */
interface Row {
  day: number;
  /** Its place in the builds; undefined where it is not built. */
  build: number | undefined;
  /** By dataset, its place in the loads. */
  loads: readonly (number | undefined)[];
}

export class OriginTable {
  readonly #table: Table<Row>;
  readonly #rows: readonly Row[];
  #sort: Sort;
  #view: View;

  constructor(model: Model, view: View, sort: Sort = { column: "date", descending: false }) {
    this.#view = view;
    this.#sort = sort;
    const { calendar, data } = model;
    const places = data.loads.map(({ runs }) =>
      new Map(daysOf(runs).map((day, place) => [day, place]))
    );
    const days = new Set([...model.builds.keys(), ...places.flatMap((place) => [...place.keys()])]);
    this.#rows = [...days].sort((one, other) => one - other).map((day) => ({
      day,
      build: model.builds.get(day),
      loads: places.map((place) => place.get(day)),
    }));
    this.#table = new Table(
      "origins",
      "Builds and loads of the days in this view",
      columnsOf(model),
      {
        fileName: () =>
          `finpipe-origins-${calendar.iso(this.#view.days.from)}-${
            calendar.iso(this.#view.days.to)
          }.csv`,
        onSort: (sort) => {
          this.#sort = sort;
          this.show(this.#view);
        },
      },
    );
  }

  /** The order and the page that the reader has chosen. */
  get place(): { sort: Sort; page: number } {
    return { sort: this.#sort, page: this.#table.page };
  }

  show(view: View, page = 0): void {
    this.#view = view;
    const { from, to } = view.days;
    this.#table.show(this.#rows.filter(({ day }) => day >= from && day <= to), this.#sort, page);
  }
}

function columnsOf(model: Model): Column<Row>[] {
  const { calendar, data: { builds, loads, versions, counted: countings } } = model;
  const versionOf = (place: number | null | undefined) => place == null ? "" : versions[place]!;
  const column = (
    name: string,
    title: string,
    text: (row: Row) => string,
    value: (row: Row) => number | string = text,
  ): Column<Row> => ({ name, title, text: (row) => text(row) || "–", value, csv: text });
  const ofBuild = <T>(column: readonly T[]) => ({ build }: Row) =>
    build === undefined ? undefined : column[build];
  const builtAt = ofBuild(builds.at);
  const counting = (row: Row) => {
    const place = ofBuild(builds.counted)(row);
    return place == null ? "" : countingText(countings[place]!);
  };
  return [
    column("date", "Date", ({ day }) => calendar.iso(day), ({ day }) => day),
    column("built_at", "Built", (row) => optionalTime(builtAt(row)), (row) => builtAt(row) ?? 0),
    column("built_by", "By version", (row) => versionOf(ofBuild(builds.version)(row))),
    column("counted", "What counts", counting),
    ...loads.flatMap((load, i) => loadColumns(load, (row) => row.loads[i], versionOf)),
  ];
}

function loadColumns(
  load: PackedLoads,
  placeOf: (row: Row) => number | undefined,
  versionOf: (place: number | null | undefined) => string,
): Column<Row>[] {
  const { dataset } = load;
  const of = <T>(column: readonly T[]) => (row: Row) => {
    const place = placeOf(row);
    return place === undefined ? undefined : column[place];
  };
  const rows = of(load.rows);
  const sha256 = of(load.sha256);
  const time = (name: string, title: string, column: readonly (number | null)[]): Column<Row> => {
    const value = of(column);
    return {
      name: `${dataset}_${name}`,
      title: `${title} ${dataset}`,
      text: (row) => optionalTime(value(row)) || "–",
      value: (row) => value(row) ?? 0,
      csv: (row) => optionalTime(value(row)),
    };
  };
  return [
    {
      name: `${dataset}_rows`,
      title: `Rows of ${dataset}`,
      isNumber: true,
      text: (row) => rows(row) === undefined ? "–" : wholeText(rows(row)!),
      value: (row) => rows(row) ?? -1,
      csv: (row) => `${rows(row) ?? ""}`,
    },
    {
      name: `${dataset}_sha256`,
      title: `sha256 of ${dataset}`,
      text: (row) => sha256(row)?.slice(0, 12).concat("…") ?? "–",
      value: (row) => sha256(row) ?? "",
      csv: (row) => sha256(row) ?? "",
      whole: (row) => sha256(row) ?? "",
    },
    time("dumped_at", "Dumped", load.dumpedAt),
    time("loaded_at", "Loaded", load.loadedAt),
    {
      name: `${dataset}_loaded_by`,
      title: `Loaded by version`,
      text: (row) => versionOf(of(load.version)(row)) || "–",
      value: (row) => versionOf(of(load.version)(row)),
      csv: (row) => versionOf(of(load.version)(row)),
    },
  ];
}

function optionalTime(seconds: number | null | undefined): string {
  return seconds == null ? "" : timeText(seconds);
}

/** `statuses done; all types`: what a build counted. */
export function countingText(
  { statuses, types }: { statuses: readonly string[]; types: readonly string[] | null },
): string {
  const named = (values: readonly string[]) =>
    values.map((value) => printable(JSON.stringify(value))).join(", ");
  return `statuses ${named(statuses)}; ${types === null ? "all types" : `types ${named(types)}`}`;
}

/** When, and by which versions, the days of a view were built: a sentence. */
export function builtText(
  { data: { builds, versions }, builds: places }: Model,
  { days }: View,
): string {
  let [count, first, last] = [0, Infinity, -Infinity];
  const by = new Set<string>();
  for (const [day, place] of places) {
    if (day < days.from || day > days.to) continue;
    count++;
    first = Math.min(first, builds.at[place]!);
    last = Math.max(last, builds.at[place]!);
    const version = builds.version[place];
    by.add(version == null ? "a version that kept no record" : `finpipe ${versions[version]}`);
  }
  if (count === 0) return "No day of this view is built.";
  const when = first === last
    ? `at ${timeText(first)}`
    : `from ${timeText(first)} to ${timeText(last)}`;
  return `${counted(count, "day")} of this view ${count === 1 ? "was" : "were"} built ${when} by ${
    [...by].join(" and ")
  }.`;
}
