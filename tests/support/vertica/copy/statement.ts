/**
 * The COPY statement (SQL reference, COPY), read as far as the test server carries it out. What it
 * does not know is an error that says so: a load that only looks right would be worse than none.
 */
import { VerticaError } from "../engine.ts";
import { type QualifiedName, TokenCursor } from "../sql/tokens.ts";
import { readType, type TypeSpec } from "../types.ts";
import { type CopyExpression, readExpression } from "./expression.ts";

/** A column of the statement's list, in its order. */
export type CopyColumn =
  /** A field of the input, into the column of that name. */
  | { kind: "field"; name: string }
  /** A field of the input, for expressions alone. */
  | { kind: "filler"; name: string; type: TypeSpec }
  /** No field of the input. */
  | { kind: "computed"; name: string; expression: CopyExpression };

export interface DelimitedParser {
  kind: "delimited";
  delimiter: number;
  /** Undefined for none. */
  enclosedBy: number | undefined;
  escape: number | undefined;
  nullString: string;
  recordTerminator: string;
  trailingNullCols: boolean;
}

export interface CsvParser {
  kind: "csv";
  /** The first record names the columns. */
  header: boolean;
  trim: boolean;
  /** A value of the wrong type rejects the row; else it becomes NULL. */
  rejectOnTypeError: boolean;
}

export interface CopyStatement {
  table: QualifiedName;
  /** Undefined for all columns of the table. */
  columns: CopyColumn[] | undefined;
  isLocal: boolean;
  parser: DelimitedParser | CsvParser;
  /** Records to leave out at the beginning. */
  skip: number;
  enforceLength: boolean;
  /** More rejected rows than this, less one, fail the load; undefined for no limit. */
  rejectMax: number | undefined;
  abortOnError: boolean;
  noCommit: boolean;
  rejectedTable: QualifiedName | undefined;
  returnRejected: boolean;
  streamName: string | undefined;
}

export function parseCopy(sql: string): CopyStatement {
  const cursor = new TokenCursor(sql);
  cursor.expect("COPY");
  const table = cursor.qualifiedName();
  const columns = cursor.accept("(") ? readColumns(cursor) : undefined;
  cursor.expect("FROM");
  const isLocal = cursor.accept("LOCAL");
  if (!cursor.accept("STDIN")) throw notKnown("a source that is not STDIN");
  if (cursor.accept("UNCOMPRESSED")) {
    // What it is without the word.
  } else if (["GZIP", "BZIP", "LZO", "ZSTD"].some((word) => cursor.isAt(word))) {
    throw notKnown(cursor.next().text);
  }
  const statement: CopyStatement = {
    table,
    columns,
    isLocal,
    parser: {
      kind: "delimited",
      delimiter: 0x7c,
      enclosedBy: undefined,
      escape: 0x5c,
      nullString: "",
      recordTerminator: "\n",
      trailingNullCols: false,
    },
    skip: 0,
    enforceLength: false,
    rejectMax: undefined,
    abortOnError: false,
    noCommit: false,
    rejectedTable: undefined,
    returnRejected: false,
    streamName: undefined,
  };
  while (!cursor.done) readOption(cursor, statement);
  return statement;
}

function readColumns(cursor: TokenCursor): CopyColumn[] {
  const columns: CopyColumn[] = [];
  do {
    const name = cursor.identifier();
    if (cursor.accept("AS")) {
      columns.push({ kind: "computed", name, expression: readExpression(cursor) });
    } else if (cursor.accept("FILLER")) {
      columns.push({ kind: "filler", name, type: readType(cursor) });
    } else {
      columns.push({ kind: "field", name });
    }
    if (!cursor.isAt(",") && !cursor.isAt(")")) {
      throw notKnown(`an option of one column, ${cursor.next().text}`);
    }
  } while (cursor.accept(","));
  cursor.expect(")");
  return columns;
}

function readOption(cursor: TokenCursor, statement: CopyStatement): void {
  cursor.accept("WITH");
  if (cursor.accept("PARSER")) statement.parser = readParser(cursor);
  else if (cursor.accept("SKIP", "BYTES")) throw notKnown("SKIP BYTES");
  else if (cursor.accept("SKIP")) statement.skip = cursor.integer();
  else if (cursor.accept("ENFORCELENGTH")) statement.enforceLength = true;
  else if (cursor.accept("REJECTMAX")) statement.rejectMax = cursor.integer() || undefined;
  else if (cursor.accept("ABORT", "ON", "ERROR")) statement.abortOnError = true;
  else if (cursor.accept("NO", "COMMIT")) statement.noCommit = true;
  else if (cursor.accept("REJECTED", "DATA", "AS", "TABLE")) {
    statement.rejectedTable = cursor.qualifiedName();
  } else if (cursor.accept("RETURNREJECTED")) statement.returnRejected = true;
  else if (cursor.accept("STREAM", "NAME")) statement.streamName = cursor.string();
  // Load methods of releases before 10; newer ones ignore them.
  else if (["AUTO", "DIRECT", "TRICKLE"].some((word) => cursor.accept(word))) return;
  else if (!readDelimitedOption(cursor, statement.parser)) {
    const token = cursor.next();
    throw notKnown(sqlOf(cursor, token.start));
  }
}

function readDelimitedOption(cursor: TokenCursor, parser: CsvParser | DelimitedParser): boolean {
  const isOption = cursor.isAt("DELIMITER") || cursor.isAt("ENCLOSED") || cursor.isAt("ESCAPE") ||
    cursor.isAt("NO", "ESCAPE") || cursor.isAt("NULL") || cursor.isAt("RECORD", "TERMINATOR") ||
    cursor.isAt("TRAILING", "NULLCOLS");
  if (!isOption) return false;
  if (parser.kind !== "delimited") {
    throw notKnown(`${cursor.next().text} beside a parser that takes its own options`);
  }
  if (cursor.accept("DELIMITER")) parser.delimiter = readChar(cursor, "DELIMITER");
  else if (cursor.accept("ENCLOSED")) {
    cursor.accept("BY");
    parser.enclosedBy = readChar(cursor, "ENCLOSED BY");
  } else if (cursor.accept("ESCAPE")) parser.escape = readChar(cursor, "ESCAPE");
  else if (cursor.accept("NO", "ESCAPE")) parser.escape = undefined;
  else if (cursor.accept("NULL")) {
    cursor.accept("AS");
    parser.nullString = cursor.string();
  } else if (cursor.accept("RECORD", "TERMINATOR")) {
    parser.recordTerminator = cursor.string();
    if (parser.recordTerminator.length !== 1) throw notKnown("a RECORD TERMINATOR of many bytes");
  } else {
    cursor.expect("TRAILING", "NULLCOLS");
    parser.trailingNullCols = true;
  }
  if (parser.enclosedBy !== undefined && parser.enclosedBy === parser.escape) {
    throw new VerticaError("42601", 2732, "COPY: ENCLOSED BY and ESCAPE AS cannot be the same");
  }
  return true;
}

function readChar(cursor: TokenCursor, option: string): number {
  cursor.accept("AS");
  const text = cursor.string();
  const code = text.length === 1 ? text.charCodeAt(0) : 256;
  if (code <= 127) return code;
  throw new VerticaError("22023", 2731, `COPY: ${option} must be a single ASCII character`);
}

function readParser(cursor: TokenCursor): CsvParser {
  const name = cursor.identifier();
  if (name !== "fcsvparser") throw notKnown(`the parser ${name}`);
  const values = new Map<string, string>();
  cursor.expect("(");
  if (!cursor.accept(")")) {
    do {
      const key = cursor.identifier();
      cursor.expect("=");
      const token = cursor.next();
      values.set(key, token.kind === "word" ? token.text.toLowerCase() : token.text);
    } while (cursor.accept(","));
    cursor.expect(")");
  }
  return csvParser(values);
}

/** Options of fcsvparser with their defaults (SQL reference, FCSVPARSER). */
function csvParser(values: Map<string, string>): CsvParser {
  const flag = (name: string, otherwise: boolean) => {
    const value = values.get(name);
    values.delete(name);
    return value === undefined ? otherwise : ["true", "t", "1", "yes"].includes(value);
  };
  const type = values.get("type") ?? "standard";
  values.delete("type");
  if (type !== "rfc4180") throw notKnown(`fcsvparser of type ${type}`);
  const parser: CsvParser = {
    kind: "csv",
    header: flag("header", true),
    trim: flag("trim", true),
    rejectOnTypeError: flag("reject_on_materialized_type_error", false),
  };
  const [other] = values.keys();
  if (other !== undefined) throw notKnown(`fcsvparser's option ${other}`);
  return parser;
}

function sqlOf(cursor: TokenCursor, from: number): string {
  return cursor.sql.slice(from, from + 20).trim();
}

/** Loud, and told apart from an error that Vertica would give. */
function notKnown(what: string): VerticaError {
  return new VerticaError("0A000", 0, `The test server does not know COPY with ${what}`);
}
