/** Reads the tokens of one statement in order; what is not as asked for is Vertica's syntax error. */
import { syntaxError, unknown } from "./errors.ts";
import { type Token, tokensOf } from "./lexer.ts";

/** A table's or another object's name; lower case, as Vertica's names have no case. */
export interface Name {
  /** @default undefined for an unqualified name */
  schema: string | undefined;
  name: string;
}

export class Reader {
  readonly sql: string;
  readonly tokens: readonly Token[];
  #at = 0;

  /** @throws VerticaError for what is no token */
  constructor(sql: string) {
    this.sql = sql;
    this.tokens = tokensOf(sql);
  }

  /** Index of the next token. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.tokens.length;
  }

  /** The token that is `ahead` of the next one. */
  peek(ahead = 0): Token | undefined {
    return this.tokens[this.#at + ahead];
  }

  next(): Token {
    const token = this.tokens[this.#at];
    if (token === undefined) throw this.error();
    this.#at++;
    return token;
  }

  /** Whether the next tokens are these keywords or operators; takes nothing. */
  is(...words: string[]): boolean {
    return words.every((word, index) => isToken(this.peek(index), word));
  }

  /** Takes them where they are next. */
  accept(...words: string[]): boolean {
    if (!this.is(...words)) return false;
    this.#at += words.length;
    return true;
  }

  /** Takes them, or it is a syntax error. */
  expect(...words: string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.error();
  }

  /** A name, quoted or not. */
  identifier(): string {
    const token = this.peek();
    if (token?.kind !== "word" && token?.kind !== "name") throw this.error();
    this.#at++;
    return token.value.toLowerCase();
  }

  /** `name`, `schema.name`; a database before it is left out. */
  name(): Name {
    const parts = [this.identifier()];
    while (this.accept(".")) parts.push(this.identifier());
    if (parts.length > 3) throw this.error();
    return { schema: parts.at(-2), name: parts.at(-1)! };
  }

  string(): string {
    if (this.peek()?.kind !== "string") throw this.error();
    return this.next().value;
  }

  number(): number {
    if (this.peek()?.kind !== "number") throw this.error();
    return Number(this.next().text);
  }

  /** The names between commas, `( a, b )`. */
  names(): string[] {
    this.expect("(");
    const names = [this.identifier()];
    while (this.accept(",")) names.push(this.identifier());
    this.expect(")");
    return names;
  }

  /** Takes all up to a token at this depth for which `ends` holds; the text of it. */
  until(ends: () => boolean): string {
    const first = this.#at;
    let depth = 0;
    while (!this.isAtEnd && !(depth === 0 && ends())) {
      if (depth === 0 && this.is(")")) break;
      const { text } = this.next();
      if (text === "(") depth++;
      if (text === ")") depth--;
    }
    if (this.#at === first) throw this.error();
    return this.sql.slice(this.tokens[first]!.start, this.tokens[this.#at - 1]!.end);
  }

  end(): void {
    if (!this.isAtEnd) throw this.error();
  }

  /** At the next token. */
  error(): Error {
    const token = this.peek();
    if (token === undefined) return syntaxError(this.sql.length, "end of statement");
    return syntaxError(token.start, token.text);
  }

  /** What Vertica may know and this server does not, at the next token. */
  unknown(what: string): Error {
    const token = this.peek();
    return token === undefined ? unknown(what) : unknown(what, this.sql, token.start);
  }
}

export function isToken(token: Token | undefined, word: string): boolean {
  if (token === undefined) return false;
  if (token.kind === "word") return token.value === word.toLowerCase();
  return token.kind === "operator" && token.text === word;
}

/** As messages and system tables write it. */
export function shown({ schema, name }: Name): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

/** Quoted, for PostgreSQL. */
export function quoted({ schema, name }: Name): string {
  return schema === undefined ? quotedWord(name) : `${quotedWord(schema)}.${quotedWord(name)}`;
}

export function quotedWord(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** As a string of SQL; null for NULL. */
export function literal(value: string | null): string {
  return value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`;
}
