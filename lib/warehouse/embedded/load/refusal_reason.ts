/** Why a row was refused, in words that never quote its values. */
import type { RefusedData } from "../../../postgres/failure.ts";
import { NO_VALUE, TOO_LONG } from "../../load_checks.ts";

/** By SQLSTATE (PostgreSQL documentation, appendix A). */
const MEANINGS: Readonly<Record<string, string>> = {
  "22001": TOO_LONG,
  "22003": "out of range",
  "22007": "not a timestamp",
  "22008": "not a real date or time",
  "22021": "not UTF-8, or holds U+0000",
  "22P02": "not of the column's type",
  "22P04": "wrong number of fields, or a quote that is not closed",
  "23502": NO_VALUE,
};

/** By the check that the row breaks (sql/warehouse/embedded/001_tables.sql). */
const CHECKS: Readonly<Record<string, string>> = {
  of_the_day: "not of the day",
  currency_code_range: "currency_code: not 0 to 999",
  currency_code_with_range: "currency_code_with: not 0 to 999",
  currency_with_div_range: "currency_with_div: not 0.000001 to 999999999999.999999",
  country_bytes: `country: ${TOO_LONG}`,
  status_bytes: `status: ${TOO_LONG}`,
  transaction_type_bytes: `transaction_type: ${TOO_LONG}`,
};

/** The fields of a PostgreSQL error that name a place, as both drivers give them. */
interface ErrorFields {
  column?: unknown;
  constraint?: unknown;
  where?: unknown;
}

/** The reason as `load_refused` keeps it: the column where there is one, and what is wrong. */
export function reasonOf({ sqlState, cause }: RefusedData): string {
  const { column, constraint, where } = (cause ?? {}) as ErrorFields;
  if (typeof constraint === "string" && CHECKS[constraint] !== undefined) return CHECKS[constraint];
  const meaning = MEANINGS[sqlState] ?? `SQLSTATE ${sqlState}`;
  // COPY names the column only in the context, before the value that it quotes.
  const copied = /^COPY \w+, line \d+, column (\w+)/.exec(String(where ?? ""))?.[1];
  const name = typeof column === "string" ? column : copied;
  return name === undefined ? meaning : `${name}: ${meaning}`;
}
