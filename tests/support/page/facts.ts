/** Made-up facts of a mart, for tests of its page. */
import type { PageFacts } from "../../../lib/rendering/mart/page/pack.ts";
import { unknownDay } from "../../../lib/standing/day_facts.ts";
import type { LoadFacts, WarehouseDay } from "../../../lib/standing/facts.ts";
import type { MartOrigins } from "../../../lib/warehouse/mart_origins.ts";
import type { MartRow } from "../../../lib/warehouse/repository.ts";

export interface MadeMart {
  first: string;
  days: number;
  currencies: readonly number[];
  /** Days that are loaded and not built. @default none */
  unbuilt?: readonly number[];
  /** Days that nothing is known of. @default none */
  unknown?: readonly number[];
  /** Days whose load was replaced since the build. @default none */
  stale?: readonly number[];
  /** Days on which a currency was left out. @default none */
  leftOut?: Readonly<Record<number, readonly number[]>>;
  /** What the builds counted. @default done, all types */
  types?: readonly string[];
  statuses?: readonly string[];
  version?: string;
}

const BUILT = Temporal.PlainDateTime.from("2027-01-02T03:04:05");

/** Figures that depend on day and currency alone, and differ from each other. */
export function madeFacts(made: MadeMart): PageFacts {
  const first = Temporal.PlainDate.from(made.first);
  const { unknown = [], unbuilt = [], stale = [], leftOut = {} } = made;
  const rows: MartRow[] = [];
  const days: WarehouseDay[] = [];
  const origins = { builds: [], loads: [], rates: [], leftOut: [] } as {
    [Key in keyof MartOrigins]: MartOrigins[Key][number][];
  };
  for (let number = 0; number < made.days; number++) {
    if (unknown.includes(number)) continue;
    const date = first.add({ days: number });
    const isBuilt = !unbuilt.includes(number);
    days.push(dayOf(date, number, made, isBuilt, stale.includes(number)));
    for (const dataset of ["transactions", "currencies"] as const) {
      const dumpedAt = BUILT.subtract({ minutes: 5 });
      origins.loads.push({ day: `${date}`, dataset, version: made.version ?? "0.1.0", dumpedAt });
    }
    if (!isBuilt) continue;
    origins.builds.push({ day: `${date}`, version: made.version ?? "0.1.0" });
    made.currencies.forEach((currency, place) => {
      if (leftOut[currency]?.includes(number)) {
        origins.leftOut.push({ day: `${date}`, currency, transactions: 3n });
        return;
      }
      rows.push(rowOf(date, number, currency, place));
      if (currency === 420) return;
      origins.rates.push({
        day: `${date}`,
        currency,
        rate: `${1 + place / 10}${place === 0 ? "" : "00000"}`,
        dateUpdate: date.subtract({ days: number % 3 }).toPlainDateTime("08:00"),
      });
    });
  }
  return {
    rows,
    days,
    origins,
    counted: { statuses: made.statuses ?? ["done"], types: made.types },
    asked: undefined,
    madeAt: Temporal.Instant.from("2027-02-03T04:05:06Z"),
    madeBy: "finpipe 0.1.0",
    nothing: "The mart has no rows",
  };
}

function rowOf(
  date: Temporal.PlainDate,
  day: number,
  currency: number,
  place: number,
): MartRow {
  const wave = Math.sin(day / 40 + place) + Math.sin(day / 3 + place * 2) / 4;
  const transactions = Math.round(400 + place * 35 + 90 * wave + day / 20);
  const accounts = Math.round(transactions * (0.55 + place / 100));
  const cents = BigInt(Math.round((transactions * (210 + place * 11) + 997 * wave) * 100)) +
    BigInt(day % 100);
  const amount = place % 4 === 3 && day % 11 === 0 ? -cents : cents;
  const digits = `${amount < 0n ? -amount : amount}`.padStart(3, "0");
  return {
    hk_global_metrics: `${`${date}`.replaceAll("-", "")}${currency}`,
    date_update: `${date}`,
    currency_from: `${currency}`,
    amount_total: `${amount < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`,
    cnt_transactions: `${transactions}`,
    avg_transactions_per_account: (transactions / accounts).toFixed(4),
    cnt_accounts_make_transactions: `${accounts}`,
    load_dt: "2027-01-02 03:04:05",
    load_src: "finpipe 0.1.0",
  };
}

function dayOf(
  day: Temporal.PlainDate,
  number: number,
  { statuses = ["done"], types }: MadeMart,
  isBuilt: boolean,
  isStale: boolean,
): WarehouseDay {
  const load = (dataset: string): LoadFacts => ({
    loadId: `${dataset} ${number}${isStale ? " again" : ""}`,
    sha256: sha256Of(number, dataset),
    rows: 5000 + number,
    refused: 0,
    stagedRows: 5000 + number,
    loadedAt: BUILT.subtract({ minutes: 2 }),
    isRestored: false,
  });
  return {
    ...unknownDay(day),
    loads: { transactions: load("transactions"), currencies: load("currencies") },
    mart: isBuilt
      ? {
        record: {
          buildId: `build ${number}`,
          loads: { transactions: `transactions ${number}`, currencies: `currencies ${number}` },
          statuses,
          types,
          leftOut: 0,
          changedRates: [],
        },
        rows: 7,
        builtAt: BUILT.add({ seconds: number }),
      }
      : undefined,
  };
}

/** 64 digits, as hard to pack as real ones. */
function sha256Of(number: number, dataset: string): string {
  let digits = "";
  let state = number * 7919 + dataset.length;
  for (let i = 0; i < 64; i++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    digits += (state >> 16 & 15).toString(16);
  }
  return digits;
}
