/** Vertica's types: how they are written, their numbers on the wire, and PostgreSQL's stand-ins. */
import { type Column, VerticaError } from "../engine.ts";
import { literal } from "./reader.ts";
import type { Reader } from "./reader.ts";

export type TypeName =
  | "boolean"
  | "int"
  | "float"
  | "char"
  | "varchar"
  | "long varchar"
  | "varbinary"
  | "date"
  | "time"
  | "timestamp"
  | "timestamptz"
  | "numeric"
  | "uuid";

/** A type with its length in bytes, or precision and scale. */
export interface VerticaType {
  name: TypeName;
  length?: number;
  precision?: number;
  scale?: number;
}

/** Words that a type may begin with, by what Vertica calls the type (documentation, "Data types"). */
const WORDS: Record<string, TypeName> = {
  boolean: "boolean",
  bool: "boolean",
  integer: "int",
  int: "int",
  int8: "int",
  bigint: "int",
  smallint: "int",
  tinyint: "int",
  float: "float",
  float8: "float",
  real: "float",
  char: "char",
  character: "char",
  varchar: "varchar",
  varbinary: "varbinary",
  date: "date",
  time: "time",
  timestamp: "timestamp",
  datetime: "timestamp",
  smalldatetime: "timestamp",
  timestamptz: "timestamptz",
  numeric: "numeric",
  decimal: "numeric",
  number: "numeric",
  money: "numeric",
  uuid: "uuid",
};

/** Vertica's, and not known here. */
const OTHERS = new Set(
  "array binary bytea geography geometry interval map raw row set timetz".split(" "),
);

/** Bytes; Vertica's defaults where a column's type names none. */
const DEFAULT_LENGTH: Partial<Record<TypeName, number>> = {
  "char": 1,
  "varchar": 80,
  "long varchar": 1_048_576,
  "varbinary": 80,
};
const MAX_LENGTH: Partial<Record<TypeName, number>> = {
  "char": 65_000,
  "varchar": 65_000,
  "long varchar": 32_000_000,
  "varbinary": 65_000,
};

/** By type: number on the wire, size in bytes, name in v_catalog, PostgreSQL's type. */
const FACTS: Record<TypeName, { oid: number; size: number; postgres: string }> = {
  "boolean": { oid: 5, size: 1, postgres: "boolean" },
  "int": { oid: 6, size: 8, postgres: "bigint" },
  "float": { oid: 7, size: 8, postgres: "double precision" },
  "char": { oid: 8, size: -1, postgres: "char" },
  "varchar": { oid: 9, size: -1, postgres: "varchar" },
  "date": { oid: 10, size: 8, postgres: "date" },
  "time": { oid: 11, size: 8, postgres: "time" },
  "timestamp": { oid: 12, size: 8, postgres: "timestamp" },
  "timestamptz": { oid: 13, size: 8, postgres: "timestamptz" },
  "numeric": { oid: 16, size: -1, postgres: "numeric" },
  "varbinary": { oid: 17, size: -1, postgres: "bytea" },
  "uuid": { oid: 20, size: 16, postgres: "uuid" },
  "long varchar": { oid: 115, size: -1, postgres: "varchar" },
};

/** Whether a type's name stands there. */
export function isType(reader: Reader): boolean {
  if (reader.is("long", "varchar") || reader.is("double", "precision")) return true;
  const token = reader.peek();
  return token?.kind === "word" && Object.hasOwn(WORDS, token.value);
}

/**
 * Reads a type. Where no length is written it is the column's default.
 *
 * @throws VerticaError 42704 for a type that Vertica has not, such as TEXT
 */
export function readType(reader: Reader): VerticaType {
  const type = nameAndSize(reader);
  const { name } = type;
  if (name === "numeric") return type;
  // FLOAT(n) is FLOAT.
  const length = name === "float" ? undefined : type.length ?? DEFAULT_LENGTH[name];
  if (length === undefined) return { name };
  const most = MAX_LENGTH[name];
  if (most === undefined || length < 1 || length > most) throw reader.unknown(`${name}(${length})`);
  return { name, length };
}

function nameAndSize(reader: Reader): VerticaType {
  if (reader.accept("long", "varchar")) return { name: "long varchar", ...size(reader) };
  if (reader.accept("double", "precision")) return { name: "float" };
  if (!isType(reader)) throw noType(reader);
  const word = reader.next().value;
  const name = word === "character" && reader.accept("varying") ? "varchar" : WORDS[word]!;
  if (name === "numeric") return numeric(reader, word);
  if (name === "timestamp" && reader.accept("with", "time", "zone")) {
    return { name: "timestamptz" };
  }
  reader.accept("without", "time", "zone");
  return { name, ...size(reader) };
}

function noType(reader: Reader): Error {
  const word = reader.identifier();
  if (OTHERS.has(word)) return reader.unknown(`the type ${word}`);
  return new VerticaError("42704", 5108, `Type "${word}" does not exist`);
}

function size(reader: Reader): { length?: number } {
  if (!reader.accept("(")) return {};
  const length = reader.number();
  reader.expect(")");
  return { length };
}

function numeric(reader: Reader, word: string): VerticaType {
  const [precision, scale] = { number: [38, 0], money: [18, 4] }[word] ?? [37, 15];
  if (!reader.accept("(")) return { name: "numeric", precision: precision!, scale: scale! };
  const given = reader.number();
  const after = reader.accept(",") ? reader.number() : 0;
  reader.expect(")");
  return { name: "numeric", precision: given, scale: after };
}

/** As v_catalog.columns writes it. */
export function typeText({ name, length, precision, scale }: VerticaType): string {
  if (name === "numeric") return `numeric(${precision},${scale})`;
  return length === undefined ? name : `${name}(${length})`;
}

/** PostgreSQL's type of a column. Lengths are checked apart, as they count bytes. */
export function postgresType({ name, precision, scale, length }: VerticaType): string {
  // Filled up with blanks, by characters; Vertica does so by bytes.
  if (name === "char") return `char(${length})`;
  return name === "numeric" ? `numeric(${precision}, ${scale})` : FACTS[name].postgres;
}

/** The check that a value has no more bytes than its type takes; empty where none is needed. */
export function lengthCheck(column: string, { name, length }: VerticaType): string {
  if (length === undefined) return "";
  const bytes = name === "char" ? `octet_length(rtrim(${column}))` : `octet_length(${column})`;
  const complain = `v_engine.too_long(${bytes}, ${literal(typeText({ name, length }))})`;
  return ` CHECK (${bytes} <= ${length} OR ${complain})`;
}

/** By what a client calls it; undefined for what is not known here. */
export function typeOfOid(oid: number): TypeName | undefined {
  return Object.entries(FACTS).find(([, facts]) => facts.oid === oid)?.[0] as TypeName | undefined;
}

/** Described for a client. */
export function describeType(name: string, type: VerticaType): Column {
  const { oid, size } = FACTS[type.name];
  const { length, precision, scale } = type;
  if (precision !== undefined) {
    return { name, oid, size, modifier: ((precision << 16) | scale!) + 4 };
  }
  return { name, oid, size, modifier: length === undefined ? -1 : length + 4 };
}

/** Vertica's type for a column of a query that PostgreSQL describes by type and modifier. */
export function typeOfResult(oid: number, modifier: number): VerticaType | undefined {
  const name = RESULTS[oid];
  if (name === "numeric") {
    if (modifier < 4) return { name, ...UNNAMED_NUMERIC };
    return { name, precision: (modifier - 4) >> 16, scale: (modifier - 4) & 0xffff };
  }
  if ((name === "varchar" || name === "char") && modifier > 4) {
    return { name, length: modifier - 4 };
  }
  return name === undefined ? undefined : { name };
}

/** What no cast names: 18 decimals, as many as the quotient of two INTEGERs has. */
const UNNAMED_NUMERIC = { precision: 38, scale: 18 };

/** PostgreSQL's type numbers (pg_type.dat). 705 is a string of no type yet, 19 a system name. */
const RESULTS: Record<number, TypeName> = {
  16: "boolean",
  20: "int",
  21: "int",
  23: "int",
  26: "int",
  700: "float",
  701: "float",
  25: "varchar",
  19: "varchar",
  705: "varchar",
  1042: "char",
  1043: "varchar",
  17: "varbinary",
  1082: "date",
  1083: "time",
  1114: "timestamp",
  1184: "timestamptz",
  1700: "numeric",
  2950: "uuid",
};
