/** COPY as it is written (Vertica documentation, "COPY", "Parameters", "Parsers"). */
import { VerticaError } from "../../engine.ts";
import type { Name, Reader } from "../reader.ts";
import { readType, type VerticaType } from "../types.ts";

/** What stands in the list of columns, or a column that was left unsaid. */
export type CopyItem =
  | { kind: "column"; name: string }
  | { kind: "filler"; name: string; type: VerticaType }
  /** The text of an expression over columns and fillers. */
  | { kind: "computed"; name: string; expression: string };

/** How records and fields are told apart; each sign is one byte. */
export interface RecordFormat {
  delimiter: string;
  /** @default undefined for none */
  quote: string | undefined;
  /** Takes the next character as it is. @default undefined for none */
  escape: string | undefined;
  /** A quote that is doubled inside of quotes is one: RFC 4180. */
  isDoubled: boolean;
  terminator: string;
}

export interface Parser extends RecordFormat {
  kind: "csv" | "delimited";
  /** A field without quotes that is NULL. */
  null: string;
  /** FCSVPARSER: the first record names the columns. */
  hasHeader: boolean;
  /** FCSVPARSER: white space around values goes. */
  trims: boolean;
  /** What fits no type rejects its row, or becomes NULL. */
  rejectsTypeErrors: boolean;
  trailingNullColumns: boolean;
}

export interface CopyStatement {
  table: Name;
  /** @default undefined for all columns of the table */
  items: CopyItem[] | undefined;
  isLocal: boolean;
  parser: Parser;
  /** Records to leave out at the beginning. */
  skip: number;
  /** How many rows may be rejected. @default undefined for any number */
  rejectMax: number | undefined;
  abortsOnError: boolean;
  enforcesLength: boolean;
  rejectedTable: Name | undefined;
  returnsRejected: boolean;
  commits: boolean;
}

/** @throws VerticaError for what Vertica or this server does not know */
export function readCopy(reader: Reader): CopyStatement {
  reader.expect("copy");
  const copy: CopyStatement = {
    table: reader.name(),
    items: undefined,
    isLocal: false,
    parser: {
      kind: "delimited",
      delimiter: "|",
      quote: undefined,
      escape: "\\",
      isDoubled: false,
      terminator: "\n",
      null: "",
      hasHeader: false,
      trims: false,
      rejectsTypeErrors: true,
      trailingNullColumns: false,
    },
    skip: 0,
    rejectMax: undefined,
    abortsOnError: false,
    enforcesLength: false,
    rejectedTable: undefined,
    returnsRejected: false,
    commits: true,
  };
  if (reader.accept("(")) {
    copy.items = [readItem(reader)];
    while (reader.accept(",")) copy.items.push(readItem(reader));
    reader.expect(")");
  }
  reader.expect("from");
  copy.isLocal = reader.accept("local");
  if (!reader.accept("stdin")) throw reader.unknown("COPY from anything but STDIN");
  while (!reader.isAtEnd) readOption(reader, copy);
  checkRejected(copy);
  checkSigns(copy);
  return copy;
}

function readItem(reader: Reader): CopyItem {
  const name = reader.identifier();
  if (reader.accept("filler")) return { kind: "filler", name, type: readType(reader) };
  if (reader.accept("as")) {
    return { kind: "computed", name, expression: reader.until(() => reader.is(",")) };
  }
  if (!reader.is(",") && !reader.is(")")) throw reader.unknown("options of a single column");
  return { kind: "column", name };
}

function readOption(reader: Reader, copy: CopyStatement): void {
  const { parser } = copy;
  if (reader.accept("with")) return;
  if (reader.accept("parser")) return readParser(reader, copy);
  if (reader.accept("delimiter")) {
    reader.accept("as");
    parser.delimiter = reader.string();
  } else if (reader.accept("enclosed")) {
    reader.accept("by");
    parser.quote = reader.string() || undefined;
  } else if (reader.accept("escape")) {
    reader.accept("as");
    parser.escape = reader.string();
  } else if (reader.accept("no", "escape")) parser.escape = undefined;
  else if (reader.accept("null")) {
    reader.accept("as");
    parser.null = reader.string();
  } else if (reader.accept("record", "terminator")) parser.terminator = reader.string();
  else if (reader.accept("trailing", "nullcols")) parser.trailingNullColumns = true;
  else if (reader.accept("skip")) copy.skip = reader.number();
  else if (reader.accept("rejectmax")) copy.rejectMax = reader.number();
  else if (reader.accept("abort", "on", "error")) copy.abortsOnError = true;
  else if (reader.accept("enforcelength")) copy.enforcesLength = true;
  else if (reader.accept("rejected", "data", "as", "table")) copy.rejectedTable = reader.name();
  else if (reader.accept("returnrejected")) copy.returnsRejected = true;
  else if (reader.accept("stream", "name")) {
    reader.accept("as");
    reader.string();
  } else if (reader.accept("no", "commit")) copy.commits = false;
  else if (!reader.accept("direct") && !reader.accept("auto")) {
    const token = reader.peek()!;
    throw token.kind === "word" ? reader.unknown("this option of COPY") : reader.error();
  }
}

function readParser(reader: Reader, copy: CopyStatement): void {
  if (!reader.accept("fcsvparser")) throw reader.unknown("this parser");
  const parser: Parser = {
    kind: "csv",
    delimiter: ",",
    quote: '"',
    escape: undefined,
    isDoubled: true,
    terminator: "\n",
    null: "",
    hasHeader: true,
    trims: true,
    rejectsTypeErrors: false,
    trailingNullColumns: false,
  };
  copy.parser = parser;
  reader.expect("(");
  while (!reader.accept(")")) {
    const name = reader.identifier();
    reader.expect("=");
    const value = reader.string();
    if (name === "type") {
      if (value.toLowerCase() !== "rfc4180") throw reader.unknown(`FCSVPARSER type ${value}`);
    } else if (name === "header") parser.hasHeader = isTrue(value);
    else if (name === "trim") parser.trims = isTrue(value);
    else if (name === "reject_on_materialized_type_error") parser.rejectsTypeErrors = isTrue(value);
    else if (name === "trailing_nullcols") parser.trailingNullColumns = isTrue(value);
    else if (name === "delimiter") parser.delimiter = value;
    else if (name === "enclosed_by") parser.quote = value;
    else if (name === "record_terminator") parser.terminator = value;
    else throw reader.unknown(`FCSVPARSER's parameter ${name}`);
    if (!reader.is(")")) reader.expect(",");
  }
}

function isTrue(value: string): boolean {
  if (/^(t|true|1|yes)$/i.test(value)) return true;
  if (/^(f|false|0|no)$/i.test(value)) return false;
  throw new VerticaError("22V02", 3681, `Invalid input syntax for boolean: "${value}"`);
}

/** The words are a server's own (vertica/dbt-vertica on GitHub, issue 2). */
function checkRejected({ isLocal, rejectedTable }: CopyStatement): void {
  if (!isLocal || rejectedTable === undefined) return;
  throw new VerticaError(
    "0A000",
    5767,
    "Cannot do LOCAL and REJECTED DATA AS TABLE in the same query; rejected records can only be " +
      "saved to one location",
    { hint: "COPY FROM STDIN and REJECTED DATA AS TABLE can be used together" },
  );
}

/** Signs are single ASCII characters and differ ("Delimited data"). */
function checkSigns({ parser }: CopyStatement): void {
  const signs = { DELIMITER: parser.delimiter, "ENCLOSED BY": parser.quote, ESCAPE: parser.escape };
  const seen = new Set<string>();
  for (const [name, sign] of Object.entries(signs)) {
    if (sign === undefined) continue;
    // deno-lint-ignore no-control-regex
    if (!/^[\x01-\x7f]$/.test(sign)) {
      throw new VerticaError("22023", 2027, `COPY ${name} must be a single ASCII character`);
    }
    if (seen.has(sign)) {
      throw new VerticaError("42601", 2028, `COPY ${name} is the same character as another sign`);
    }
    seen.add(sign);
  }
  if (parser.terminator === "") {
    throw new VerticaError("22023", 2029, "COPY record terminator must not be empty");
  }
}
