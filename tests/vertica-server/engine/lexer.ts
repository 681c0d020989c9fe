/**
 * Vertica's SQL cut into tokens (Vertica documentation, "SQL language elements"). What no Vertica
 * reads, such as dollar quotes, is a syntax error here.
 */
import { syntaxError, unknown } from "./errors.ts";

export interface Token {
  /** `word` an unquoted name or keyword, `name` a quoted one. */
  kind: "word" | "name" | "string" | "number" | "parameter" | "operator";
  /** As it stands in the statement. */
  text: string;
  /** Words in lower case, names and strings without quotes; else as the text. */
  value: string;
  /** Where it begins and ends in the statement. */
  start: number;
  end: number;
}

const BLANK = /(?:\s+|--[^\n]*)+/y;
// Signs beyond ASCII are letters, whatever Unicode calls them.
const WORD = /[\p{L}_\u{80}-\u{10FFFF}][\p{L}\p{N}_$\u{80}-\u{10FFFF}]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SIGN = /::|:=|[-+*/<>=~!@#%^&|]+|[(),.;[\]{}:]/y;

/** Operators that Vertica has (documentation, "Operators"), as far as they are run here. */
const OPERATORS = new Set(
  "+ - * / // % ^ || = <> != < <= > >= <=> :: ( ) , . ; ~~".split(" "),
);

/**
 * All tokens of a query string, semicolons included; comments are left out.
 *
 * @throws VerticaError 42601 for what is no token of Vertica's; 0A000 for tokens not known here
 */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipBlank(sql, 0); at < sql.length; at = skipBlank(sql, at)) {
    const token = tokenAt(sql, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** A query string cut into its statements, without their semicolons; empty ones are left out. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let start: number | undefined;
  let end = 0;
  for (const token of tokensOf(sql)) {
    if (token.text === ";") {
      if (start !== undefined) statements.push(sql.slice(start, end));
      start = undefined;
    } else {
      start ??= token.start;
      end = token.end;
    }
  }
  if (start !== undefined) statements.push(sql.slice(start, end));
  return statements;
}

function tokenAt(sql: string, start: number): Token {
  const make = (kind: Token["kind"], end: number, value?: string): Token => {
    const text = sql.slice(start, end);
    return { kind, text, value: value ?? text, start, end };
  };
  const first = sql[start]!;
  if (first === "'") return quoted("string");
  if (first === '"') return quoted("name");
  if (first === "?") return make("parameter", start + 1);
  if (/[eE]/.test(first) && sql[start + 1] === "'") return escaped();
  if (/[bBxX]/.test(first) && sql[start + 1] === "'") throw unknown("bit strings", sql, start);
  if (/[uU]/.test(first) && sql.startsWith("&'", start + 1)) {
    throw unknown("U& strings", sql, start);
  }
  const word = match(WORD, sql, start);
  if (word !== undefined) return make("word", start + word.length, word.toLowerCase());
  const number = match(NUMBER, sql, start);
  if (number !== undefined) return make("number", start + number.length);
  const sign = operatorAt(sql, start);
  if (sign === undefined) throw syntaxError(start, first);
  return make("operator", start + sign.length);

  function quoted(kind: "string" | "name"): Token {
    let value = "";
    for (let at = start + 1;; at++) {
      if (at >= sql.length) throw syntaxError(start, sql.slice(start));
      if (sql[at] !== first) value += sql[at];
      else if (sql[at + 1] !== first) return make(kind, at + 1, value);
      else value += sql[at++];
    }
  }

  function escaped(): Token {
    let value = "";
    for (let at = start + 2;; at++) {
      if (at >= sql.length) throw syntaxError(start, sql.slice(start));
      if (sql[at] === "'" && sql[at + 1] === "'") value += sql[at++];
      else if (sql[at] === "'") return make("string", at + 1, value);
      else if (sql[at] === "\\") {
        const octal = /^[0-7]{1,3}/.exec(sql.slice(at + 1))?.[0];
        if (octal !== undefined) {
          value += String.fromCharCode(parseInt(octal, 8));
          at += octal.length;
        } else value += ESCAPES[sql[++at]!] ?? sql[at];
      } else value += sql[at];
    }
  }
}

const ESCAPES: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The longest run of operator characters, less a sign that belongs to the operand after it. */
function operatorAt(sql: string, start: number): string | undefined {
  const run = match(SIGN, sql, start);
  if (run === undefined) return undefined;
  for (let length = run.length; length > 0; length--) {
    const sign = run.slice(0, length);
    const rest = run.slice(length);
    if (OPERATORS.has(sign) && /^[-+]*$|^\/\*|^--/.test(rest)) return sign;
  }
  throw syntaxError(start, run);
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** Where the next token begins: behind white space and comments, which may be nested. */
function skipBlank(sql: string, start: number): number {
  let at = start;
  while (true) {
    at += match(BLANK, sql, at)?.length ?? 0;
    if (!sql.startsWith("/*", at)) return at;
    let depth = 1;
    let inside = at + 2;
    for (; depth > 0; inside++) {
      if (inside >= sql.length) throw syntaxError(at, "/*");
      if (sql.startsWith("/*", inside)) [depth, inside] = [depth + 1, inside + 1];
      else if (sql.startsWith("*/", inside)) [depth, inside] = [depth - 1, inside + 1];
    }
    at = inside;
  }
}
