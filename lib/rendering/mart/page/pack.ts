/** Packs rows of the mart, and what is known of their days, into the data of the page. Pure. */
import { DATASET_NAMES, type DatasetName } from "../../../events/dataset.ts";
import type { DateRange } from "../../../partitions/run_date.ts";
import type { WarehouseDay } from "../../../standing/facts.ts";
import { unfinishedCause } from "../../../standing/load_standing.ts";
import {
  type CountedValues,
  isUnbuilt,
  martCauses,
  martCausesText,
} from "../../../standing/mart_standing.ts";
import { printable } from "../../../runtime/printable.ts";
import type { MartOrigins, OriginLoad } from "../../../warehouse/mart_origins.ts";
import type { MartRow } from "../../../warehouse/repository.ts";
import { currencyName } from "../../currency_name.ts";
import {
  addDays,
  FORMAT,
  type Marked,
  type Packed,
  packed,
  type PackedBuilds,
  type PackedCurrency,
  type PackedLoads,
  type PageData,
  SCALES,
} from "./data.ts";

/** What a page is made from. */
export interface PageFacts {
  /** In order of date and currency. */
  rows: readonly MartRow[];
  /** In order. */
  days: readonly WarehouseDay[];
  origins: MartOrigins;
  /** What `cdm` would count: a day that counts something else is stale. */
  counted: CountedValues;
  /** Dates that were asked for; undefined: all. */
  asked: DateRange | undefined;
  madeAt: Temporal.Instant;
  madeBy: string;
  /** What is said where there is nothing to show. */
  nothing: string;
}

/**
 * The axis goes from the first to the last day that there is anything to say of: a row, a currency that
 * was left out, a load or a build. A day between them that nothing is known of is a hole.
 */
export function packPage(facts: PageFacts): PageData {
  const { rows, days, origins, asked } = facts;
  const axis = axisOf(rows, days, origins);
  const texts = new Texts();
  const builds = axis === undefined ? NO_BUILDS : packBuilds(axis, facts, texts);
  const loads = axis === undefined
    ? []
    : DATASET_NAMES.map((dataset) => packLoads(axis, dataset, facts, texts));
  return {
    format: FORMAT,
    madeAt: facts.madeAt.round("second").toString(),
    madeBy: facts.madeBy,
    asked: asked === undefined ? null : { from: `${asked.from}`, to: `${asked.to}` },
    first: axis?.first.toString() ?? "",
    days: axis?.days ?? 0,
    nothing: axis === undefined ? facts.nothing : null,
    currencies: axis === undefined ? [] : packCurrencies(axis, rows, origins),
    holes: axis === undefined ? [] : marked(holesOf(axis, rows, days)),
    stale: axis === undefined ? [] : marked(staleDays(axis, days, facts.counted)),
    builds,
    loads,
    versions: texts.versions,
    counted: texts.counted,
  };
}

const NO_BUILDS: PackedBuilds = { runs: [], at: [], version: [], counted: [] };

/** Days as numbers. */
interface Axis {
  first: Temporal.PlainDate;
  days: number;
  /** The number of a day; of the same text at once. */
  of(day: string): number;
}

function axisOf(
  rows: readonly MartRow[],
  days: readonly WarehouseDay[],
  { leftOut }: MartOrigins,
): Axis | undefined {
  const known = [
    ...rows.map(({ date_update }) => date_update),
    ...leftOut.map(({ day }) => day),
    ...days.map(({ day }) => `${day}`),
  ];
  if (known.length === 0) return undefined;
  const [from, to] = known.reduce<[string, string]>(
    ([from, to], day) => [day < from ? day : from, day > to ? day : to],
    [known[0]!, known[0]!],
  );
  const first = Temporal.PlainDate.from(from);
  const numbers = new Map<string, number>();
  const of = (day: string) => {
    const number = numbers.get(day) ?? first.until(Temporal.PlainDate.from(day)).days;
    numbers.set(day, number);
    return number;
  };
  return { first, days: of(to) + 1, of };
}

/** A currency's columns, while they grow. */
type Growing = {
  [Key in keyof PackedCurrency]: PackedCurrency[Key] extends readonly (infer T)[] ? T[]
    : PackedCurrency[Key];
};

function packCurrencies(
  axis: Axis,
  rows: readonly MartRow[],
  { rates, leftOut }: MartOrigins,
): PackedCurrency[] {
  const currencies = new Map<number, Growing>();
  const columnsOf = (code: number) => {
    const known = currencies.get(code) ?? noRows(code);
    currencies.set(code, known);
    return known;
  };
  const used = new Map(rates.map((rate) => [`${rate.day} ${rate.currency}`, rate]));
  for (const row of rows) {
    const columns = columnsOf(Number(row.currency_from));
    addDays(columns.runs, axis.of(row.date_update));
    columns.amount.push(packed(row.amount_total, SCALES.amount));
    columns.transactions.push(packed(row.cnt_transactions, SCALES.transactions));
    columns.average.push(packed(row.avg_transactions_per_account, SCALES.average));
    columns.accounts.push(packed(row.cnt_accounts_make_transactions, SCALES.accounts));
    const rate = used.get(`${row.date_update} ${columns.code}`);
    columns.rate.push(rate === undefined || rate.rate === null ? null : packedRate(rate.rate));
    columns.rateAge.push(
      rate === undefined || rate.dateUpdate === null
        ? null
        : axis.of(row.date_update) - axis.of(`${rate.dateUpdate.toPlainDate()}`),
    );
  }
  for (const { day, currency, transactions } of leftOut) {
    columnsOf(currency).leftOut.push(axis.of(day), packed(`${transactions}`, 0));
  }
  return [...currencies.values()].sort((one, other) => one.code - other.code);
}

/** The engines give a rate with all its decimals, or without trailing zeros. */
function packedRate(text: string): Packed {
  const [whole = "", decimals = ""] = text.split(".");
  return packed(`${whole}.${decimals.padEnd(SCALES.rate, "0")}`, SCALES.rate);
}

function noRows(code: number): Growing {
  return {
    code,
    name: currencyName(code) ?? null,
    runs: [],
    amount: [],
    transactions: [],
    average: [],
    accounts: [],
    rate: [],
    rateAge: [],
    leftOut: [],
  };
}

/** Days that follow each other, of which one thing is said. */
interface Said {
  day: number;
  length: number;
  text: string;
}

/** Days without a mart, and why. A date far from all others makes a long hole, and no long work. */
function holesOf(axis: Axis, rows: readonly MartRow[], days: readonly WarehouseDay[]): Said[] {
  const known = new Map<number, WarehouseDay | undefined>();
  for (const { date_update } of rows) known.set(axis.of(date_update), undefined);
  const shown = new Set(known.keys());
  for (const day of days) known.set(axis.of(`${day.day}`), day);
  const holes: Said[] = [];
  let next = 0;
  for (const [number, day] of [...known].sort(([one], [other]) => one - other)) {
    if (number > next) holes.push({ day: next, length: number - next, text: NEVER_LOADED });
    next = number + 1;
    if (shown.has(number) || day === undefined || day.mart !== undefined) continue;
    holes.push({ day: number, length: 1, text: reasonOf(day) });
  }
  return holes;
}

const NEVER_LOADED = "never loaded";

function reasonOf(day: WarehouseDay): string {
  if (day.unfinished !== undefined) return unfinishedCause(day.unfinished);
  if (isUnbuilt(day)) return "loaded, but not built";
  const missing = DATASET_NAMES.filter((dataset) => day.loads[dataset] === undefined);
  return missing.length === 1 ? `${missing[0]} were never loaded` : NEVER_LOADED;
}

function staleDays(axis: Axis, days: readonly WarehouseDay[], counted: CountedValues): Said[] {
  return days.flatMap((day) => {
    const causes = martCauses(day, counted);
    if (causes.length === 0) return [];
    return [{ day: axis.of(`${day.day}`), length: 1, text: printable(martCausesText(causes)) }];
  });
}

/** In the order of the first day of each. */
function marked(said: readonly Said[]): Marked[] {
  const marks = new Map<string, number[]>();
  for (const { day, length, text } of said) {
    const runs = marks.get(text) ?? [];
    marks.set(text, runs);
    addDays(runs, day, length);
  }
  return [...marks].map(([text, runs]) => ({ text, runs }));
}

function packBuilds(
  axis: Axis,
  { days, origins: { builds } }: PageFacts,
  texts: Texts,
): PackedBuilds {
  const versions = new Map(builds.map(({ day, version }) => [day, version]));
  const result = {
    runs: [] as number[],
    at: [] as number[],
    version: [] as (number | null)[],
    counted: [] as (number | null)[],
  };
  for (const { day, mart } of days) {
    if (mart === undefined) continue;
    addDays(result.runs, axis.of(`${day}`));
    result.at.push(secondsOf(mart.builtAt));
    const version = versions.get(`${day}`);
    result.version.push(version === undefined ? null : texts.version(version));
    result.counted.push(mart.record === undefined ? null : texts.countedValues(mart.record));
  }
  return result;
}

function packLoads(
  axis: Axis,
  dataset: DatasetName,
  { days, origins }: PageFacts,
  texts: Texts,
): PackedLoads {
  const known = new Map<string, OriginLoad>();
  for (const load of origins.loads) if (load.dataset === dataset) known.set(load.day, load);
  const result = {
    dataset,
    runs: [] as number[],
    rows: [] as number[],
    sha256: [] as string[],
    loadedAt: [] as number[],
    dumpedAt: [] as (number | null)[],
    version: [] as (number | null)[],
  };
  for (const { day, loads } of days) {
    const load = loads[dataset];
    if (load === undefined) continue;
    const origin = known.get(`${day}`);
    addDays(result.runs, axis.of(`${day}`));
    result.rows.push(load.rows);
    result.sha256.push(load.sha256);
    result.loadedAt.push(secondsOf(load.loadedAt));
    result.dumpedAt.push(origin?.dumpedAt === undefined ? null : secondsOf(origin.dumpedAt));
    result.version.push(origin === undefined ? null : texts.version(origin.version));
  }
  return result;
}

function secondsOf(time: Temporal.PlainDateTime): number {
  return Math.floor(time.toZonedDateTime("UTC").epochMilliseconds / 1000);
}

/** Texts that many days share, by their places. */
class Texts {
  readonly versions: string[] = [];
  readonly counted: { statuses: readonly string[]; types: readonly string[] | null }[] = [];
  readonly #versions = new Map<string, number>();
  readonly #counted = new Map<string, number>();

  version(text: string): number {
    return place(this.#versions, this.versions, text, text);
  }

  countedValues({ statuses, types = null }: Counting): number {
    return place(this.#counted, this.counted, JSON.stringify([statuses, types]), {
      statuses,
      types,
    });
  }
}

interface Counting {
  statuses: readonly string[];
  types?: readonly string[] | null | undefined;
}

function place<T>(places: Map<string, number>, list: T[], key: string, value: T): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, list.length);
  return list.push(value) - 1;
}
