/** What `finpipe report` is asked for: its argument and options as one object. */
import { Option } from "commander";
import type { Cell } from "../lib/explain/cell.ts";
import { type DateRange, parseDate, parseRange } from "../lib/partitions/run_date.ts";
import { FORMAT_NAMES, type FormatName } from "../lib/rendering/mart/formats.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { OptionValues } from "./command.ts";
import { cannotTake } from "./refusals.ts";

/** The mart of some days. */
export interface ReportCall {
  /** Dates of the data; undefined: all days that are over. */
  range: DateRange | undefined;
  format: FormatName;
  /** Undefined: stdout. */
  out: string | undefined;
  /** No bars, whatever the terminal can show. */
  plain: boolean;
}

/** One cell of it. */
export interface CellCall {
  action: typeof CELL_ACTIONS[number];
  cell: Cell;
  /** As JSON, not as text. */
  json: boolean;
  /** Undefined: stdout. */
  out: string | undefined;
}

const ONLY_TABLE = "--plain is only for the table: leave it out";

const CELL_ACTIONS = ["explain", "history"] as const;

/** The options that name a cell. */
export const EXPLAIN = cellOption(
  "--explain",
  "instead of a range: how the figures of one day and currency came about",
);
export const HISTORY = cellOption(
  "--history",
  "instead of a range: each build that changed the figures of one day and currency",
);

/** Commander knows one value, or any number: the help shows the two that there are. */
function cellOption(name: string, description: string): Option {
  const option = new Option(`${name} <date> <currency...>`, description);
  option.flags = `${name} <date> <currency>`;
  return option;
}

/**
 * `--json` is `--format json`.
 *
 * @throws FinpipeError of kind `usage`, also for another format beside `--json`, and for `--plain`
 * where no table is printed
 */
export function reportCallOf(
  [range]: readonly (string | undefined)[],
  { format, out, plain }: OptionValues,
  json: boolean,
): ReportCall {
  const named = FORMAT_NAMES.find((name) => name === format);
  if (json && named !== undefined && named !== "json") {
    throw cannotTake("--json", `--format ${named}`);
  }
  const shown = named ?? (json ? "json" : "table");
  if (plain === true && shown !== "table") {
    throw cannotTake("--plain", named === undefined ? "--json" : `--format ${named}`, ONLY_TABLE);
  }
  return {
    range: range === undefined ? undefined : parseRange(range, "FROM..TO"),
    format: shown,
    out: typeof out === "string" && out !== "-" ? out : undefined,
    plain: plain === true,
  };
}

/**
 * The cell that `--explain` or `--history` names; undefined where neither is given.
 *
 * @throws FinpipeError of kind `usage`, also for what does not go together
 */
export function cellCallOf(
  args: readonly (string | undefined)[],
  options: OptionValues,
  json: boolean,
): CellCall | undefined {
  const [action, other] = CELL_ACTIONS.filter((name) => options[name] !== undefined);
  if (action === undefined) return undefined;
  if (other !== undefined) {
    throw usage("Cannot take both --explain and --history", "Leave one of the two out");
  }
  const [range] = args;
  if (range !== undefined) {
    throw usage(
      `Cannot take both --${action} and "${range}"`,
      `Name the day and the currency: 'finpipe report --${action} 2022-10-01 430'`,
    );
  }
  const { format, out } = reportCallOf([], options, json);
  if (options.plain === true) throw cannotTake("--plain", `--${action}`, ONLY_TABLE);
  if (format === "csv" || format === "html") {
    throw usage(
      `Cannot print --${action} as ${format}`,
      `Leave --format out, or print JSON with --json`,
    );
  }
  return { action, cell: cellOf(action, options[action]), json: format === "json", out };
}

function cellOf(action: CellCall["action"], given: unknown): Cell {
  const [date, code, ...more] = Array.isArray(given) ? given.map(String) : [];
  if (date === undefined || code === undefined || more.length > 0) {
    throw usage(
      `--${action} takes a date and a currency`,
      `Write it as in 'finpipe report --${action} 2022-10-01 430'`,
    );
  }
  const day = parseDate(date, `the date of --${action}`);
  if (/^\d{1,3}$/.test(code)) return { day, currency: Number(code) };
  throw usage(
    `Cannot read the currency of --${action} "${code}": not a number from 0 to 999`,
    `Currencies have numbers, as in 'finpipe report --${action} ${day} 430'`,
  );
}

function usage(message: string, hint: string): FinpipeError {
  return new FinpipeError("usage", message, { hint });
}
