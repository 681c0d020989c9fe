/**
 * The core as docs/contract.md (section 7) has it, worked out a second time: plain TypeScript over
 * rows of partition files, in memory, without any SQL. It shares no code with the warehouses.
 */
import type { DatasetName } from "../../../lib/events/dataset.ts";
import type { Row } from "../partitions/reference.ts";

/** A fact of a transaction, with its members instead of their keys; values as text. */
export interface ModelFact {
  date: string;
  objectId: string;
  operationId: string;
  from: string;
  to: string;
  currency: string;
  country: string;
  status: string;
  type: string;
  isTest: boolean;
  amount: string;
  /** Six decimals; null without one. */
  rate: string | null;
  /** Eight decimals, exact. */
  amountUsd: string | null;
  transactionDt: string;
  sentDttm: string;
}

/** A fact of a currency rate. */
export interface ModelRate {
  date: string;
  currency: string;
  currencyWith: string;
  rate: string;
  dateUpdate: string;
  objectId: string;
}

/** What a build answers. */
export interface ModelResult {
  transactions: number;
  currencyRates: number;
  takenAway?: { transactions: number; currencyRates: number };
}

interface Core {
  facts: ModelFact[];
  rates: ModelRate[];
}

interface Rate {
  objectId: string;
  sentDttm: string;
  dateUpdate: string;
  currency: string;
  currencyWith: string;
  rate: string;
}

/** A warehouse's staging and its core. */
export class CoreModel {
  /** Every account that a fact ever named, with the least date of those facts. */
  readonly accounts = new Map<string, string>();
  /** Every date, currency, country, status and type that a fact ever named. */
  readonly dates = new Set<string>();
  readonly currencies = new Set<string>();
  readonly countries = new Set<string>();
  readonly statuses = new Set<string>();
  readonly types = new Set<string>();
  readonly #built = new Map<string, Core>();
  readonly #staged = {
    transactions: new Map<string, readonly Row[]>(),
    currencies: new Map<string, readonly Row[]>(),
  };
  readonly #undo = new Map<DatasetName, { day: string; rows: readonly Row[] | undefined }>();

  /** All facts that stand. */
  get facts(): ModelFact[] {
    return [...this.#built.values()].flatMap(({ facts }) => facts);
  }

  /** All facts of rates that stand. */
  get rates(): ModelRate[] {
    return [...this.#built.values()].flatMap(({ rates }) => rates);
  }

  load(dataset: DatasetName, day: string, rows: readonly Row[]): void {
    this.#undo.set(dataset, { day, rows: this.#staged[dataset].get(day) });
    this.#staged[dataset].set(day, rows);
  }

  /** Puts back what the last load replaced, if that was of the day. */
  undo(dataset: DatasetName, day: string): boolean {
    const undo = this.#undo.get(dataset);
    if (undo?.day !== day) return false;
    this.#undo.delete(dataset);
    if (undo.rows === undefined) this.#staged[dataset].delete(day);
    else this.#staged[dataset].set(day, undo.rows);
    return true;
  }

  /** @returns undefined where a dataset is not loaded, and nothing stands */
  build(day: string): ModelResult | undefined {
    const transactions = this.#staged.transactions.get(day);
    const currencies = this.#staged.currencies.get(day);
    const before = this.#built.get(day);
    if (transactions === undefined || currencies === undefined) {
      if (before === undefined) return undefined;
      this.#built.delete(day);
      const takenAway = {
        transactions: before.facts.length,
        currencyRates: before.rates.length,
      };
      return { transactions: 0, currencyRates: 0, takenAway };
    }
    const facts = transactions.map((row) => this.#fact(day, row));
    const rates = lastOfEachPair(currencies.map(rateOf)).map((rate) => ({
      date: day,
      currency: rate.currency,
      currencyWith: rate.currencyWith,
      rate: rate.rate,
      dateUpdate: rate.dateUpdate,
      objectId: rate.objectId,
    }));
    this.#built.set(day, { facts, rates });
    this.#grow(facts, rates);
    return { transactions: facts.length, currencyRates: rates.length };
  }

  #fact(day: string, row: Row): ModelFact {
    const [objectId, sentDttm, operationId, from, to, currency, country, status, type, amount, at] =
      row as string[] & { length: 11 };
    const rate = this.#dollarRate(currency!, day);
    return {
      date: day,
      objectId: objectId!,
      operationId: operationId!,
      from: from!,
      to: to!,
      currency: currency!,
      country: country!,
      status: status!,
      type: type!,
      isTest: BigInt(from!) < 1n || BigInt(to!) < 1n,
      amount: amount!,
      rate,
      amountUsd: rate === null ? null : dollars(amount!, rate),
      transactionDt: at!,
      sentDttm: sentDttm!,
    };
  }

  #dollarRate(currency: string, day: string): string | null {
    if (currency === "420") return "1.000000";
    const known = [...this.#staged.currencies]
      .filter(([date]) => date <= day)
      .flatMap(([, rows]) => rows.map(rateOf))
      .filter((rate) => rate.currency === currency && rate.currencyWith === "420");
    return known.length === 0 ? null : known.reduce(later).rate;
  }

  #grow(facts: readonly ModelFact[], rates: readonly ModelRate[]): void {
    for (const { date, from, to, currency, country, status, type } of facts) {
      for (const account of [from, to]) {
        const seen = this.accounts.get(account);
        if (seen === undefined || date < seen) this.accounts.set(account, date);
      }
      this.dates.add(date);
      this.currencies.add(currency);
      this.countries.add(country);
      this.statuses.add(status);
      this.types.add(type);
    }
    for (const { date, currency, currencyWith } of rates) {
      this.dates.add(date);
      this.currencies.add(currency).add(currencyWith);
    }
  }
}

/** What `dim_dates` says of a date beside its key: ISO 8601 weeks are those of their Thursdays. */
export function modelDate(date: string) {
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  const before = daysBefore(year, month) + day - 1;
  // 0001-01-01 was a Monday.
  const weekday = (daysBeforeYear(year) + before) % 7 + 1;
  const thursday = before + 4 - weekday;
  const isoYear = thursday < 0 ? year - 1 : thursday >= daysOf(year) ? year + 1 : year;
  const ofYear = thursday < 0
    ? thursday + daysOf(year - 1)
    : thursday >= daysOf(year)
    ? thursday - daysOf(year)
    : thursday;
  return {
    year,
    quarter: Math.floor((month + 2) / 3),
    month,
    day,
    isoYear,
    isoWeek: Math.floor(ofYear / 7) + 1,
    weekday,
    isWeekend: weekday === 6 || weekday === 7,
  };
}

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysOf = (year: number) => isLeap(year) ? 366 : 365;

function daysBeforeYear(year: number): number {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

function daysBefore(year: number, month: number): number {
  const lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0);
}

function rateOf(row: Row): Rate {
  const [objectId, sentDttm, dateUpdate, currency, currencyWith, rate] = row as string[];
  return {
    objectId: objectId!,
    sentDttm: sentDttm!,
    dateUpdate: dateUpdate!,
    currency: currency!,
    currencyWith: currencyWith!,
    rate: rate!,
  };
}

/** The later of two. Texts of times and of UUIDs are in the order of what they stand for. */
function later(one: Rate, other: Rate): Rate {
  if (one.dateUpdate !== other.dateUpdate) return one.dateUpdate > other.dateUpdate ? one : other;
  if (one.sentDttm !== other.sentDttm) return one.sentDttm > other.sentDttm ? one : other;
  return one.objectId > other.objectId ? one : other;
}

function lastOfEachPair(rates: readonly Rate[]): Rate[] {
  const last = new Map<string, Rate>();
  for (const rate of rates) {
    const pair = `${rate.currency} ${rate.currencyWith}`;
    const before = last.get(pair);
    last.set(pair, before === undefined ? rate : later(before, rate));
  }
  return [...last.values()];
}

/** Hundredths times a rate of six decimals: dollars of eight. */
function dollars(amount: string, rate: string): string {
  return decimal(BigInt(amount) * BigInt(rate.replace(".", "")), 8);
}

/** A whole number of units of so many decimals, as text. */
export function decimal(units: bigint, decimals: number): string {
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0");
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return units < 0n ? `-${text}` : text;
}

/** Units of eight decimals as dollars and cents, half away from zero. */
export function cents(units: bigint): string {
  const size = units < 0n ? -units : units;
  const rounded = (size + 500_000n) / 1_000_000n;
  return decimal(units < 0n ? -rounded : rounded, 2);
}
