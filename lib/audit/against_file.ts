/** Reads the figures of another system: CSV of date, currency, count and sum in minor units. */
import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { parseDate } from "../partitions/run_date.ts";
import { systemReason } from "../runtime/file_failure.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { OtherFigure, OtherFigures } from "./against.ts";

const COLUMNS = ["date", "currency", "count", "sum"];
const HEADER = COLUMNS.join(",");

/** A row as csv-parse gives it. */
interface CsvRow {
  record: string[];
  info: { lines: number };
}

/**
 * The figures of a file, with or without the header `date,currency,count,sum`. Memory: a figure for each
 * date and currency.
 *
 * @throws FinpipeError of kind `failed` where it cannot be read; `data` where it is no such CSV, naming
 * the line
 */
export async function readOtherFigures(path: string, signal: AbortSignal): Promise<OtherFigures> {
  using file = await Deno.open(path).catch((error) => Promise.reject(unreadable(path, error)));
  const rows = parse({
    bom: true,
    info: true,
    trim: true,
    record_delimiter: ["\r\n", "\n", "\r"],
    skip_empty_lines: true,
    relax_column_count: true,
  });
  const bytes = Readable.fromWeb(file.readable as never);
  // Piping hands on no failure.
  bytes.on("error", (error) => rows.destroy(error)).pipe(rows);
  const figures = new Map<string, Map<number, OtherFigure>>();
  let isFirst = true;
  try {
    for await (const { record, info } of rows as AsyncIterable<CsvRow>) {
      signal.throwIfAborted();
      const isHeader = isFirst && record.join().toLowerCase() === HEADER;
      isFirst = false;
      if (isHeader) continue;
      add(figures, record, (why) => malformed(path, info.lines, why));
    }
  } catch (error) {
    if (error instanceof CsvError) throw malformed(path, Number(error.lines) || 1, "it is no CSV");
    if (error instanceof FinpipeError || signal.aborted) throw error;
    throw unreadable(path, error);
  } finally {
    bytes.destroy();
  }
  return figures;
}

function add(
  figures: Map<string, Map<number, OtherFigure>>,
  record: readonly string[],
  fail: (why: string) => FinpipeError,
): void {
  const [date = "", currency = "", count = "", sum = ""] = record;
  if (record.length !== COLUMNS.length) {
    throw fail(`it has ${record.length} columns, not the four ${HEADER}`);
  }
  const day = dateOf(date);
  if (day === undefined) throw fail(`"${date}" is no date such as 2022-10-01`);
  if (!/^\d{1,3}$/.test(currency)) throw fail(`"${currency}" is no currency from 0 to 999`);
  if (!/^\d{1,15}$/.test(count)) throw fail("its count is no whole number");
  if (!/^[-+]?\d{1,40}$/.test(sum)) throw fail("its sum is no whole number of minor units");
  const ofDay = figures.get(day) ?? new Map<number, OtherFigure>();
  figures.set(day, ofDay);
  if (ofDay.has(Number(currency))) {
    throw fail(`currency ${Number(currency)} of ${day} is in the file twice`);
  }
  ofDay.set(Number(currency), { count: Number(count), sum: BigInt(sum.replace("+", "")) });
}

function dateOf(text: string): string | undefined {
  try {
    return parseDate(text, "date").toString();
  } catch {
    return undefined;
  }
}

function malformed(path: string, line: number, why: string): FinpipeError {
  return new FinpipeError("data", `Cannot read "${path}": line ${line}: ${why}`, {
    hint: `Write it as CSV with the columns ${HEADER}, the sum in minor units, as in ` +
      "2022-10-01,430,52,62630349",
  });
}

function unreadable(path: string, error: unknown): FinpipeError {
  if (error instanceof FinpipeError) return error;
  return new FinpipeError("failed", `Cannot read "${path}": ${systemReason(error)}`, {
    hint: "Name the other system's file with --against",
    cause: error,
  });
}
