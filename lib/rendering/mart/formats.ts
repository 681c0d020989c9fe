/** The forms of a report: each turns rows of the mart into text, piece by piece. */
import type { MartRow } from "../../warehouse/repository.ts";
import { csvReport } from "./csv.ts";
import { jsonReport } from "./json.ts";
import { tableReport } from "./table.ts";
import type { TableTerminal } from "./table_layout.ts";

/**
 * Makes text from rows as they come, without keeping more than a day of them; a table shows `noRows`
 * where there are none, and fits its terminal.
 */
export type ReportFormat = (
  rows: AsyncIterable<MartRow>,
  noRows?: string,
  terminal?: TableTerminal,
) => AsyncIterable<string>;

/** The forms by their names, as `--format` takes them. */
export const FORMATS = {
  table: tableReport,
  csv: csvReport,
  json: jsonReport,
} satisfies Record<string, ReportFormat>;

/** `html` is made of more than the rows: see `page/`. */
export type FormatName = keyof typeof FORMATS | "html";

export const FORMAT_NAMES: readonly FormatName[] = [
  ...(Object.keys(FORMATS) as (keyof typeof FORMATS)[]),
  "html",
];
