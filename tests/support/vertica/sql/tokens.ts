/**
 * SQL cut into tokens, and a cursor over them: enough of Vertica's lexical rules to read the
 * statements that the test server answers itself, and to rewrite others by their words.
 */
import { VerticaError } from "../engine.ts";

export interface Token {
  kind: "word" | "quoted" | "string" | "number" | "parameter" | "symbol";
  /**
   * A word in upper case; an identifier or string without its quotes; else as it stands.
   */
  text: string;
  /** Where it begins and ends in the SQL. */
  start: number;
  end: number;
}

const SYMBOLS = /^(?:::|<=>|<=|>=|<>|!=|\|\||\/\/|!~~\*|!~~|~~\*|~~|!~\*|!~|~\*|->>|->|[^\s])/;

/** @throws VerticaError where a string, identifier or comment has no end */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const add = (kind: Token["kind"], text: string, end: number) => {
    tokens.push({ kind, text, start: at, end });
    at = end;
  };
  while (at < sql.length) {
    const rest = sql.slice(at, at + 2);
    const char = sql[at]!;
    if (/\s/.test(char)) {
      at++;
    } else if (rest === "--") {
      const end = sql.indexOf("\n", at);
      at = end < 0 ? sql.length : end;
    } else if (rest === "/*") {
      const end = sql.indexOf("*/", at + 2);
      if (end < 0) throw unterminated("comment", at);
      at = end + 2;
    } else if (char === "'") {
      const end = endOfQuoted(sql, at, "'", false);
      add("string", sql.slice(at + 1, end - 1).replaceAll("''", "'"), end);
    } else if (/^[eE]'/.test(rest)) {
      const end = endOfQuoted(sql, at + 1, "'", true);
      add("string", unescapeString(sql.slice(at + 2, end - 1)), end);
    } else if (char === '"') {
      const end = endOfQuoted(sql, at, '"', false);
      add("quoted", sql.slice(at + 1, end - 1).replaceAll('""', '"'), end);
    } else if (/[\p{L}_]/u.test(char)) {
      const [word] = /^[\p{L}\p{N}_$]+/u.exec(sql.slice(at, at + 256))!;
      add("word", word.toUpperCase(), at + word.length);
    } else if (/[0-9]/.test(char) || /^\.[0-9]/.test(rest)) {
      const [number] = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(sql.slice(at, at + 2048))!;
      add("number", number, at + number.length);
    } else if (char === "?") {
      add("parameter", "?", at + 1);
    } else {
      const [symbol] = SYMBOLS.exec(sql.slice(at, at + 4))!;
      add("symbol", symbol, at + symbol.length);
    }
  }
  return tokens;
}

function endOfQuoted(sql: string, from: number, quote: string, escapes: boolean): number {
  let at = from + 1;
  while (at < sql.length) {
    if (escapes && sql[at] === "\\") at += 2;
    else if (sql[at] !== quote) at++;
    else if (sql[at + 1] === quote) at += 2;
    else return at + 1;
  }
  throw unterminated(quote === "'" ? "quoted string" : "quoted identifier", from);
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

function unescapeString(text: string): string {
  return text.replaceAll("''", "'").replaceAll(
    /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([^]))/g,
    (_, hex, octal, char) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      return ESCAPES[char] ?? char;
    },
  );
}

function unterminated(what: string, at: number): VerticaError {
  return new VerticaError("42601", 5004, `Unterminated ${what}`, { position: at + 1 });
}

/** The name of a table, as it was written. */
export interface QualifiedName {
  schema?: string;
  name: string;
}

/** Reads tokens in order. What it expects and does not find is a syntax error. */
export class TokenCursor {
  #at = 0;

  constructor(readonly sql: string, readonly tokens: readonly Token[] = tokenize(sql)) {}

  get done(): boolean {
    return this.#at >= this.tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.#at + ahead];
  }

  next(): Token {
    const token = this.tokens[this.#at];
    if (token === undefined) throw this.syntaxError();
    this.#at++;
    return token;
  }

  /** True where the next tokens are these words or symbols; nothing is read. */
  isAt(...words: string[]): boolean {
    return words.every((word, i) => {
      const token = this.peek(i);
      return token !== undefined && (token.kind === "word" || token.kind === "symbol") &&
        token.text === word;
    });
  }

  /** Reads these words or symbols where they come next. */
  accept(...words: string[]): boolean {
    if (!this.isAt(...words)) return false;
    this.#at += words.length;
    return true;
  }

  expect(...words: string[]): void {
    if (!this.accept(...words)) throw this.syntaxError();
  }

  /** An identifier, folded to lower case where it was not quoted. */
  identifier(): string {
    const token = this.next();
    if (token.kind === "quoted") return token.text;
    if (token.kind === "word") return token.text.toLowerCase();
    this.#at--;
    throw this.syntaxError();
  }

  /** `[[database.]schema.]name` */
  qualifiedName(): QualifiedName {
    const parts = [this.identifier()];
    while (this.accept(".")) parts.push(this.identifier());
    const name = parts.pop()!;
    const schema = parts.pop();
    return schema === undefined ? { name } : { schema, name };
  }

  string(): string {
    const token = this.next();
    if (token.kind === "string") return token.text;
    this.#at--;
    throw this.syntaxError();
  }

  integer(): number {
    const token = this.next();
    if (token.kind === "number" && /^\d+$/.test(token.text)) return Number(token.text);
    this.#at--;
    throw this.syntaxError();
  }

  /** The SQL from the token at `(` to its `)`, both left out; both are read. */
  parenthesised(): string {
    this.expect("(");
    const start = this.peek()?.start ?? this.sql.length;
    let depth = 1;
    while (true) {
      const token = this.next();
      if (token.kind !== "symbol") continue;
      if (token.text === "(") depth++;
      if (token.text === ")" && --depth === 0) return this.sql.slice(start, token.start).trim();
    }
  }

  /** The error that Vertica gives for the next token. */
  syntaxError(): VerticaError {
    const token = this.peek();
    const where = token === undefined
      ? "end of input"
      : `"${this.sql.slice(token.start, token.end)}"`;
    return new VerticaError("42601", 4856, `Syntax error at or near ${where}`, {
      position: (token?.start ?? this.sql.length) + 1,
    });
  }
}
