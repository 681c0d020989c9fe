/**
 * From Vertica's SQL to PostgreSQL's, token by token: queries, changes of rows, and expressions.
 * {@link REWRITES} lists all that is changed; what prelude_functions.sql defines needs no rewrite.
 */
import { unknown } from "./errors.ts";
import { checkFunction } from "./functions.ts";
import type { Token } from "./lexer.ts";
import { isToken, literal, quotedWord, Reader } from "./reader.ts";
import { refuseForeign } from "./refusals.ts";
import { DEFAULT_SCHEMA } from "./tables.ts";
import { isType, postgresType, readType, type VerticaType } from "./types.ts";

/** What is changed, and why. */
export const REWRITES: Readonly<Record<string, string>> = {
  "types of casts": "INTEGER has 64 bits; types have Vertica's names and defaults",
  "quoted names": "Vertica's names have no case, quoted or not",
  "E strings": "PostgreSQL would read its own escapes in them",
  "parameters": "`?` stands for a value; it is put in as a string of no type yet",
  "HASH": "takes values of any types: they are made one row",
  "CURRENT_USER(), SESSION_USER, USER": "PostgreSQL takes no parentheses; the user is Vertica's",
  "CURRENT_SESSION()": "a row of v_monitor.current_session",
  "NVL, ISNULL, IFNULL": "COALESCE",
  "MINUS": "EXCEPT",
  "<=>": "IS NOT DISTINCT FROM",
  "-2^63": "is NULL in Vertica",
  "'... +03'::TIMESTAMP": "is converted to the session's time zone",
  "INSTR": "strpos",
};

const RENAMED: Record<string, string> = {
  nvl: "coalesce",
  isnull: "coalesce",
  ifnull: "coalesce",
  instr: "strpos",
};

/** A time of day with an offset, or a zone's name of letters. */
const ZONED = /\d:\d\d(?::\d\d(?:\.\d+)?)? ?(?:[-+]\d\d?(?::?\d\d)?|[A-Z]{1,5})\s*$/;

/** The user of the session. */
const USERS = new Set(["current_user", "session_user", "user"]);

interface Frame {
  isCast: boolean;
  /** What the closing parenthesis becomes. */
  close: string;
}

/**
 * @param parameters values of its `?`, in order, or what to put there; without them a `?` is refused
 * @throws VerticaError for what Vertica or this server does not take
 */
export function rewrite(
  sql: string,
  parameters?: readonly (string | null)[] | ((index: number) => string),
): string {
  const reader = new Reader(sql);
  refuseForeign(sql, reader.tokens);
  let place = 0;
  const frames: Frame[] = [];
  let out = "";
  let end = reader.tokens[0]?.start ?? 0;
  while (!reader.isAtEnd) {
    const previous = reader.tokens[reader.at - 1];
    const token = reader.next();
    out += sql.slice(end, token.start);
    out += replacement(token, previous);
    end = reader.tokens[reader.at - 1]!.end;
  }
  return out;

  function replacement(token: Token, previous: Token | undefined): string {
    switch (token.kind) {
      case "string":
        return stringOf(token);
      case "number":
        return token.text;
      case "name":
        return quotedWord(token.value.toLowerCase());
      case "parameter":
        return parameter(token);
      case "operator":
        return operator(token, previous);
      case "word":
        return word(token, previous);
    }
  }

  function parameter(token: Token): string {
    const index = place++;
    if (typeof parameters === "function") return parameters(index);
    const value = parameters?.[index];
    if (value === undefined) throw unknown("parameters here", sql, token.start);
    return literal(value);
  }

  function operator(token: Token, previous: Token | undefined): string {
    if (token.text === "(") {
      frames.push({ isCast: isToken(previous, "cast"), close: ")" });
      return "(";
    }
    if (token.text === ")") return frames.pop()?.close ?? ")";
    if (token.text === "::") return `::${zoned(previous)}${castType(reader)}`;
    if (token.text === "<=>") return " IS NOT DISTINCT FROM ";
    if (token.text === "-" && reader.peek()?.text === "9223372036854775808") {
      reader.next();
      return "CAST(NULL AS bigint)";
    }
    return token.text;
  }

  /** A text with a zone is converted to the session's, where PostgreSQL would read over the zone. */
  function zoned(previous: Token | undefined): string {
    const isZoned = previous?.kind === "string" && ZONED.test(previous.value);
    return isZoned && reader.is("timestamp") && !reader.is("timestamp", "with")
      ? "timestamptz::"
      : "";
  }

  function word(token: Token, previous: Token | undefined): string {
    const before = token.value;
    if (before === "as" && frames.at(-1)?.isCast) return `AS ${castType(reader)}`;
    if (before === "minus") return "EXCEPT";
    if (isToken(previous, ".") || !reader.is("(")) {
      return USERS.has(before) ? "v_engine.current_user_name()" : token.text;
    }
    if (isNamed(reader, token)) return token.text;
    checkFunction(sql, token);
    if (before === "current_session") {
      reader.expect("(", ")");
      return "(SELECT session_id FROM v_monitor.current_session)";
    }
    if (USERS.has(before)) {
      reader.expect("(", ")");
      return "v_engine.current_user_name()";
    }
    if (before === "current_schema") {
      reader.expect("(", ")");
      return `'${DEFAULT_SCHEMA}'::varchar`;
    }
    if (before === "hash") {
      reader.next();
      frames.push({ isCast: false, close: ")::text)" });
      return "v_engine.hash(ROW(";
    }
    return RENAMED[before] ?? token.text;
  }
}

/** `t (a, b)` after INSERT INTO, and `x (a) AS (` after WITH: names of a table, no function. */
function isNamed(reader: Reader, token: Token): boolean {
  let first = reader.at - 1;
  while (isToken(reader.tokens[first - 1], ".")) first -= 2;
  const before = reader.tokens[first - 1];
  if (isToken(before, "into") || isToken(before, "with")) return true;
  // WHEN NOT MATCHED THEN INSERT (a, b)
  if (isToken(before, "then") && token.value === "insert") return true;
  // A type's name before a string or its size: DATE '2022-10-01', NUMERIC(18, 6).
  return token.value === "numeric" || token.value === "varchar";
}

function stringOf(token: Token): string {
  if (token.value.includes("\0")) throw unknown("NUL characters in strings");
  return literal(token.value);
}

/** Of a cast: without a length a string keeps its own. */
function castType(reader: Reader): string {
  if (!isType(reader)) readType(reader);
  const first = reader.at;
  const type = readType(reader);
  const hasSize = isToken(reader.tokens[reader.at - 1], ")");
  const isSized = hasSize && reader.at - first > 1;
  return castName(type, isSized);
}

function castName(type: VerticaType, isSized: boolean): string {
  const name = postgresType(type);
  return isSized && name === "varchar" ? `varchar(${type.length})` : name;
}
