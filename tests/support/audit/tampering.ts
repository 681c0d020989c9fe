/**
 * Changes by hand, one at a time: in each table that the books are made of a row is removed, doubled, and
 * changed in each of its columns. What an audit makes of each is the table of docs/audit.md.
 */
import type { Audit } from "../../../lib/audit/audit.ts";
import { partitionPaths } from "../../../lib/partitions/manifest_file.ts";
import { codeOf } from "../../../lib/runtime/errors.ts";
import type { AuditPlace, Table } from "./place.ts";
import { DAY } from "./days.ts";

/** A row of a table that is changed. */
export interface Target extends Table {
  /** As docs/audit.md has it. */
  label: string;
  /** Finds the row. */
  where: string;
  /** It is of {@link DAY}; else of no day. @default true */
  isOfDay?: boolean;
  /** It is a member of a dimension, which facts of all days name. */
  isShared?: boolean;
}

const COUNTED = "currency_code = 430 AND amount = 1630";
const DAY_KEY = DAY.replaceAll("-", "");
const OF_DAY = `partition_date = DATE '${DAY}'`;

/** As docs/audit.md has it. */
export const FILE = "the partition file";

export const TARGETS: readonly Target[] = [
  {
    end: "staging",
    name: "stg.transactions",
    label: "stg.transactions, the last version",
    where: `${COUNTED} AND status = 'done'`,
  },
  {
    end: "staging",
    name: "stg.transactions",
    label: "stg.transactions, an earlier version",
    where: `${COUNTED} AND status = 'queued'`,
  },
  {
    end: "staging",
    name: "stg.currencies",
    label: "stg.currencies",
    where: `date_update::date = DATE '${DAY}' AND currency_code_with = 440`,
  },
  {
    end: "staging",
    name: "finpipe.landed_days",
    label: "finpipe.landed_days",
    where: `dataset = 'transactions' AND day = DATE '${DAY}'`,
  },
  {
    end: "staging",
    name: "finpipe.dumps",
    label: "finpipe.dumps",
    where: `dataset = 'transactions' AND day = DATE '${DAY}'`,
  },
  {
    end: "staging",
    name: "finpipe.source_partitions",
    label: "finpipe.source_partitions",
    where: "source = 'stdin'",
    isOfDay: false,
  },
  {
    end: "staging",
    name: "stg.rejected",
    label: "stg.rejected",
    where: "id = 1",
    isOfDay: false,
  },
  {
    end: "warehouse",
    name: "staging.transactions",
    label: "warehouse: transactions",
    where: COUNTED,
  },
  {
    end: "warehouse",
    name: "staging.currencies",
    label: "warehouse: currencies",
    where: `currency_code_with = 420 AND CAST(date_update AS DATE) = DATE '${DAY}'`,
  },
  {
    end: "warehouse",
    name: "staging.loads",
    label: "warehouse: loads",
    where: `dataset = 'transactions' AND ${OF_DAY}`,
  },
  {
    end: "warehouse",
    name: "staging.load_origins",
    label: "warehouse: load_origins",
    where: `dataset = 'transactions' AND ${OF_DAY}`,
  },
  {
    end: "warehouse",
    name: "staging.load_rates",
    label: "warehouse: load_rates",
    where: `currency_code = 430 AND ${OF_DAY}`,
  },
  ...(["dwh", "cdm"] as const).flatMap((step): Target[] => [
    {
      end: "warehouse",
      name: "staging.builds",
      label: `warehouse: builds, of ${step}`,
      where: `step = '${step}' AND ${OF_DAY}`,
    },
    {
      end: "warehouse",
      name: "staging.build_rates",
      label: `warehouse: build_rates, of ${step}`,
      where: "currency_code = 430 AND build_id IN " +
        `(SELECT build_id FROM staging.builds WHERE step = '${step}' AND ${OF_DAY})`,
    },
  ]),
  {
    end: "warehouse",
    name: "mart.fct_transactions",
    label: "core: fct_transactions",
    where: "currency_key = 430 AND amount = 1630",
  },
  {
    end: "warehouse",
    name: "mart.fct_currency_rates",
    label: "core: fct_currency_rates",
    where: `currency_with_key = 420 AND date_key = ${DAY_KEY}`,
  },
  {
    end: "warehouse",
    name: "mart.dim_dates",
    label: "core: dim_dates",
    where: `date_key = ${DAY_KEY}`,
  },
  ...([
    ["dim_currencies", "currency_key = 430"],
    ["dim_currencies", "currency_key = 420"],
    ["dim_accounts", "account_number = 1001"],
    ["dim_countries", "country IN (SELECT MIN(country) FROM staging.transactions)"],
    ["dim_statuses", "status = 'done'"],
    ["dim_transaction_types", "transaction_type = 'p2p'"],
  ] as const).map(([table, where]): Target => ({
    end: "warehouse",
    name: `mart.${table}`,
    label: where === "currency_key = 420" ? "core: dim_currencies, the dollar" : `core: ${table}`,
    where,
    isShared: true,
  })),
  {
    end: "warehouse",
    name: "mart.global_metrics",
    label: "mart: global_metrics",
    where: `currency_from = 430 AND date_update = DATE '${DAY}'`,
  },
  {
    end: "warehouse",
    name: "mart.global_metrics_left_out",
    label: "mart: global_metrics_left_out",
    where: `date_update = DATE '${DAY}'`,
  },
];

/** Figures of a manifest that are changed, and what stands in their place. */
const MANIFEST: Readonly<Record<string, unknown>> = {
  rows: 1,
  staged_rows: 1,
  bytes: 1,
  sha256: "0".repeat(64),
  control_total: "1",
  created_at: "2022-10-05T00:00:00Z",
  version: "finpipe 9",
  snapshot: "00000000-0000-4000-8000-000000000000",
  sources: [],
  complete: true,
};

/** Changes the partition file of {@link DAY}'s transactions, and its manifest, one thing at a time. */
export async function* tamperFile(
  place: AuditPlace,
  audit: () => Promise<Audit>,
): AsyncGenerator<{ change: string; audit: Audit }> {
  const { data, manifest } = partitionPaths(
    place.workDir,
    "transactions",
    Temporal.PlainDate.from(DAY),
  );
  const [text, said] = [await Deno.readTextFile(data), await Deno.readTextFile(manifest)];
  const row = text.slice(0, text.indexOf("\n") + 1);
  const withText = (text: string) => () => Deno.writeTextFile(data, text);
  const changes: [string, () => Promise<void>][] = [
    ["row removed", withText(text.replace(row, ""))],
    ["row doubled", withText(row + text)],
    ["a value", withText(text.replace(",430,", ",431,"))],
    ["the file removed", () => Deno.remove(data)],
    ["manifest: no JSON", () => Deno.writeTextFile(manifest, said.slice(1))],
    ...Object.entries(MANIFEST).map(([name, value]): [string, () => Promise<void>] => [
      `manifest: ${name}`,
      () => Deno.writeTextFile(manifest, JSON.stringify({ ...JSON.parse(said), [name]: value })),
    ]),
  ];
  for (const [change, make] of changes) {
    await make();
    yield { change, audit: await audit() };
    await Deno.writeTextFile(data, text);
    await Deno.writeTextFile(manifest, said);
  }
}

/** What an audit says of a change. */
export interface Told {
  target: string;
  /** `row removed`, `row doubled`, or the column. */
  change: string;
  /** Names of the links that do not hold; undefined where the table does not take the change. */
  links: string[] | undefined;
}

/** How many days a date is moved: to one of which nothing is known. */
const MOVED = 30;

/** Makes all changes of a target, one at a time. */
export async function* tamper(
  place: AuditPlace,
  target: Target,
  audit: () => Promise<Audit>,
  isMade: (change: string) => boolean = () => true,
): AsyncGenerator<Told & { audit: Audit | undefined; isMoved: boolean }> {
  const changes = (await changesOf(place, target)).filter(({ change }) => isMade(change));
  await place.query(target, `SELECT 1 FROM ${target.name} WHERE ${target.where}`).then((rows) => {
    if (rows.length !== 1) throw new Error(`${target.label}: ${rows.length} rows`);
  });
  const told: (Told & { audit: Audit | undefined; isMoved: boolean })[] = [];
  await place.kept(target, async () => {
    for (const { change, sql, isMoved = false } of changes) {
      try {
        await place.query(target, sql);
      } catch (error) {
        if (!isRefused(error)) throw error;
        told.push({ target: target.label, change, links: undefined, audit: undefined, isMoved });
        continue;
      }
      const found = await audit();
      const links = [...new Set(found.differences.map(({ link }) => link))].sort();
      told.push({ target: target.label, change, links, audit: found, isMoved });
      await place.putBack(target);
    }
  });
  yield* told;
}

interface Change {
  change: string;
  sql: string;
  /** The row is of another day then. */
  isMoved?: boolean;
}

async function changesOf(place: AuditPlace, target: Target): Promise<Change[]> {
  const { name, where, end } = target;
  const catalog = place.name === "servers" && end === "warehouse"
    ? "v_catalog.columns"
    : "information_schema.columns";
  const columns = await place.query(
    target,
    `SELECT column_name, data_type FROM ${catalog}
     WHERE table_schema || '.' || table_name = '${name}' ORDER BY ordinal_position`,
  );
  const system = end === "staging" ? "OVERRIDING SYSTEM VALUE" : "";
  return [
    { change: "row removed", sql: `DELETE FROM ${name} WHERE ${where}` },
    {
      change: "row doubled",
      sql: `INSERT INTO ${name} ${system} SELECT * FROM ${name} WHERE ${where}`,
    },
    ...columns.map(({ column_name, data_type }) => {
      const column = column_name!;
      const value = valueOf(name, column, data_type!.toLowerCase());
      return {
        change: column,
        sql: `UPDATE ${name} SET ${column} = ${value} WHERE ${where}`,
        isMoved: /^date\b/.test(data_type!.toLowerCase()) || column === "date_key",
      };
    }),
  ];
}

/** Columns whose values have a form of their own. */
const FORMS: Readonly<Record<string, string>> = {
  dataset: "'currencies'",
  statuses: `'["done","blocked"]'`,
  types: `'["c2c"]'`,
  sources: "'[]'",
  kind: "'file'",
  landing_id: "DEFAULT",
  alphabetic_code: "'EUR'",
  step: "'dump'",
};

/** Another value than the one that stands. */
function valueOf(table: string, column: string, type: string): string {
  if (column === "id" && /^(stg|finpipe)\./.test(table)) return "DEFAULT";
  const form = FORMS[column];
  if (form !== undefined) return form;
  if (column === "date_key") return MOVED_TO.replaceAll("-", "");
  // One that no other member has.
  if (/^mart\.dim_/.test(table) && /_(key|number)$/.test(column)) return `${column} + 500`;
  if (/^(int|bigint|smallint|numeric)/.test(type)) return `COALESCE(${column}, 0) + 1`;
  if (type.startsWith("uuid")) return "CAST('99999999-9999-4999-8999-999999999999' AS UUID)";
  if (type.startsWith("timestamp")) {
    return `COALESCE(${column}, TIMESTAMP '${DAY} 00:00:00') + INTERVAL '1 second'`;
  }
  if (type.startsWith("date")) return `${column} + ${MOVED}`;
  if (type.startsWith("bool")) return `NOT COALESCE(${column}, false)`;
  if (type === "bytea") return "decode('00', 'hex')";
  if (column.includes("sha256")) {
    return `translate(${column}, '0123456789abcdef', '123456789abcdef0')`;
  }
  return `COALESCE(${column}, '') || 'x'`;
}

/** The table's keys or checks do not take the change. */
function isRefused(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (["23505", "23514"].includes(codeOf(cause) ?? "")) return true;
  }
  return false;
}

/** Where a date is moved to. */
export const MOVED_TO = Temporal.PlainDate.from(DAY).add({ days: MOVED }).toString();
