/** Vertica's types: their names in SQL, their oids, and what PostgreSQL holds them in. */
import { VerticaError } from "./engine.ts";
import type { TokenCursor } from "./sql/tokens.ts";

/** A type with its length, or precision and scale. */
export interface TypeSpec {
  base: BaseType;
  /** Octets, of the types that have a length. */
  length?: number;
  precision?: number;
  scale?: number;
}

export type BaseType = keyof typeof TYPES;

interface TypeFacts {
  /** Vertica's oid (vertica-python, vertica_python/datatypes.py). */
  oid: number;
  /** Bytes; -1 where they vary. */
  size: number;
  /** Its name as Vertica shows it in a message. */
  shown: string;
  /** The length where none is given, and the greatest (SQL reference, Data types). */
  length?: number;
  longest?: number;
}

export const TYPES = {
  boolean: { oid: 5, size: 1, shown: "Boolean" },
  integer: { oid: 6, size: 8, shown: "Integer" },
  float: { oid: 7, size: 8, shown: "Float" },
  char: { oid: 8, size: -1, shown: "Char", length: 1, longest: 65_000 },
  varchar: { oid: 9, size: -1, shown: "Varchar", length: 80, longest: 65_000 },
  date: { oid: 10, size: 8, shown: "Date" },
  time: { oid: 11, size: 8, shown: "Time" },
  timestamp: { oid: 12, size: 8, shown: "Timestamp" },
  timestamptz: { oid: 13, size: 8, shown: "TimestampTz" },
  interval: { oid: 14, size: 8, shown: "Interval" },
  numeric: { oid: 16, size: -1, shown: "Numeric" },
  varbinary: { oid: 17, size: -1, shown: "Varbinary", length: 80, longest: 65_000 },
  uuid: { oid: 20, size: 16, shown: "Uuid" },
  "long varchar": {
    oid: 115,
    size: -1,
    shown: "Long Varchar",
    length: 1_048_576,
    longest: 32_000_000,
  },
} as const satisfies Record<string, TypeFacts>;

/** Names of one word; `text`, `jsonb`, `serial` and what else PostgreSQL knows are not among them. */
const NAMES: Record<string, BaseType> = {
  BOOLEAN: "boolean",
  BOOL: "boolean",
  INTEGER: "integer",
  INT: "integer",
  BIGINT: "integer",
  SMALLINT: "integer",
  TINYINT: "integer",
  INT8: "integer",
  FLOAT: "float",
  FLOAT8: "float",
  REAL: "float",
  CHAR: "char",
  CHARACTER: "char",
  VARCHAR: "varchar",
  VARCHAR2: "varchar",
  DATE: "date",
  TIME: "time",
  TIMESTAMP: "timestamp",
  DATETIME: "timestamp",
  SMALLDATETIME: "timestamp",
  TIMESTAMPTZ: "timestamptz",
  INTERVAL: "interval",
  NUMERIC: "numeric",
  DECIMAL: "numeric",
  NUMBER: "numeric",
  VARBINARY: "varbinary",
  BYTEA: "varbinary",
  RAW: "varbinary",
  UUID: "uuid",
};

/** Reads a type, with its length where it has one. @throws VerticaError for one that is not Vertica's */
export function readType(cursor: TokenCursor): TypeSpec {
  const token = cursor.next();
  const name = token.kind === "word" ? token.text : cursor.sql.slice(token.start, token.end);
  if (token.kind === "word" && name === "LONG") {
    cursor.expect("VARCHAR");
    return withLength("long varchar", cursor);
  }
  if (name === "DOUBLE") {
    cursor.expect("PRECISION");
    return { base: "float" };
  }
  const base = token.kind === "word" ? NAMES[name] : undefined;
  if (base === undefined) {
    throw new VerticaError("42704", 5108, `Type "${name.toLowerCase()}" does not exist`);
  }
  if (base === "char" && cursor.accept("VARYING")) return withLength("varchar", cursor);
  if (base === "numeric") return numericType(name, cursor);
  if (base === "timestamp" || base === "time") {
    if (cursor.isAt("(")) cursor.parenthesised();
    if (cursor.accept("WITH", "TIME", "ZONE") || cursor.accept("WITH", "TIMEZONE")) {
      return { base: "timestamptz" };
    }
    cursor.accept("WITHOUT", "TIME", "ZONE");
    return { base };
  }
  return "length" in TYPES[base] ? withLength(base, cursor) : { base };
}

function withLength(base: BaseType, cursor: TokenCursor): TypeSpec {
  const facts: TypeFacts = TYPES[base];
  if (!cursor.accept("(")) return { base, length: facts.length! };
  const length = cursor.integer();
  cursor.accept("OCTETS");
  cursor.expect(")");
  if (length < 1 || length > facts.longest!) {
    throw new VerticaError(
      "22023",
      3853,
      `Length for type ${facts.shown} must be between 1 and ${facts.longest}`,
    );
  }
  return { base, length };
}

/** The greatest precision (SQL reference, NUMERIC). */
const GREATEST_PRECISION = 1024;

function numericType(name: string, cursor: TokenCursor): TypeSpec {
  // NUMBER without more is NUMERIC(38, 0), NUMERIC is (37, 15).
  const plain = name === "NUMBER" ? { precision: 38, scale: 0 } : { precision: 37, scale: 15 };
  if (!cursor.accept("(")) return { base: "numeric", ...plain };
  const precision = cursor.integer();
  const scale = cursor.accept(",") ? cursor.integer() : 0;
  cursor.expect(")");
  if (precision < 1 || precision > GREATEST_PRECISION || scale > precision) {
    throw new VerticaError(
      "22023",
      4116,
      `Numeric precision ${precision} must be between 1 and ${GREATEST_PRECISION}, and the scale not above it`,
    );
  }
  return { base: "numeric", precision, scale };
}

/** The type modifier of a row description: -1, or what the type's parameters make, and 4. */
export function modifierOf(type: TypeSpec): number {
  if (type.base === "numeric") return ((type.precision! << 16) | type.scale!) + 4;
  return type.length === undefined ? -1 : type.length + 4;
}

/** As in a message and in v_catalog.columns: `Varchar(1000)`, `Numeric(18,6)`. */
export function shownType(type: TypeSpec): string {
  const { shown } = TYPES[type.base];
  if (type.base === "numeric") return `${shown}(${type.precision},${type.scale})`;
  return type.length === undefined ? shown : `${shown}(${type.length})`;
}

/** The name of the type that PostgreSQL holds the values in. */
export function postgresType(type: TypeSpec): string {
  switch (type.base) {
    case "integer":
      return "bigint";
    case "float":
      return "double precision";
    case "varchar":
      return `varchar(${type.length})`;
    case "char":
      return `char(${type.length})`;
    case "long varchar":
      return "text";
    case "varbinary":
      return "bytea";
    case "numeric":
      // PostgreSQL ends at 1000 digits.
      return `numeric(${Math.min(type.precision!, 1000)}, ${type.scale})`;
    default:
      return type.base;
  }
}
