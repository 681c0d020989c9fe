/**
 * A SQL file with variables, written as psql and vsql both read them: `:name`, whose value is put in
 * as it is, so that a text's value has its quotes. `sql/README.md` says how to run a file by hand.
 *
 * Here a variable is filled in by what its value is: a name becomes an identifier, any other value
 * either a literal or a parameter of the statement.
 */

/** Name of a schema, a table or a column. */
export class Identifier {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** As a statement writes it: in double quotes where it needs them. */
  toString(): string {
    const { name } = this;
    return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
  }
}

/** SQL of finpipe's own that stands for a variable as it is: a clause that may be left out, a call. */
export class Clause {
  constructor(readonly sql: string) {}

  toString(): string {
    return this.sql;
  }
}

/** A value that stands for a variable; a list becomes its elements with commas between them. */
export type SqlValue =
  | string
  | bigint
  | number
  | boolean
  | null
  | Identifier
  | Clause
  | readonly string[];
export type SqlValues = Readonly<Record<string, SqlValue>>;

/** A statement with parameters `$1`, `$2` ..., and their values in order. */
export interface ParameterizedSql {
  text: string;
  params: Exclude<SqlValue, Identifier | Clause | readonly string[]>[];
}

/** Text, or the name of the variable that stands there. */
type Piece = { text: string } | { variable: string };

/**
 * What hides a colon: strings, identifiers in quotes, comments, dollar quotes, a cast. Then the
 * variable itself. As psql's lexer does it
 * (https://www.postgresql.org/docs/current/app-psql.html, "SQL Interpolation").
 */
const TOKEN = new RegExp(
  [
    /'(?:[^']|'')*'/,
    /"(?:[^"]|"")*"/,
    /--[^\n]*/,
    /\/\*.*?\*\//,
    /\$(\w*)\$.*?\$\1\$/,
    /::/,
    /:([A-Za-z_]\w*)/,
  ].map(({ source }) => source).join("|"),
  "gs",
);

/** One SQL file, or one statement of it. */
export class SqlTemplate {
  readonly #pieces: readonly Piece[];

  constructor(sql: string) {
    this.#pieces = piecesOf(sql);
  }

  /** Names of the variables, each once, in the order in which they come first. */
  get variables(): string[] {
    const names = this.#pieces.flatMap((piece) => "variable" in piece ? [piece.variable] : []);
    return [...new Set(names)];
  }

  /**
   * The SQL with literals, as standard_conforming_strings reads them: a backslash is a backslash.
   *
   * @throws Error a variable has no value
   */
  withLiterals(values: SqlValues = {}): string {
    return this.#filled(values, literal);
  }

  /**
   * The SQL with parameters in place of the values; names are put in as they are.
   *
   * @throws Error a variable has no value, or a list
   */
  withParameters(values: SqlValues = {}): ParameterizedSql {
    const params: ParameterizedSql["params"] = [];
    const places = new Map<string, string>();
    const text = this.#filled(values, (value, name) => {
      if (isSql(value)) return String(value);
      if (typeof value === "object" && value !== null) {
        throw new Error(`:${name} is a list, and a parameter has one value`);
      }
      const place = places.get(name) ?? `$${params.push(value)}`;
      places.set(name, place);
      return place;
    });
    return { text, params };
  }

  /** In one pass: what was put in is not looked at again. */
  #filled(values: SqlValues, write: (value: SqlValue, name: string) => string): string {
    return this.#pieces.map((piece) => {
      if ("text" in piece) return piece.text;
      const value = values[piece.variable];
      if (value === undefined) throw new Error(`No value for :${piece.variable}`);
      return write(value, piece.variable);
    }).join("");
  }
}

/** A value as a statement writes it. */
export function literal(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (isSql(value)) return String(value);
  if (typeof value === "object") return value.map(literal).join(", ");
  return String(value);
}

/** What is put in as it is, whether values become literals or parameters. */
function isSql(value: SqlValue): value is Identifier | Clause {
  return value instanceof Identifier || value instanceof Clause;
}

/** The statements of a script, each to be filled in: what is put in is not looked at again. */
export function templatesOf(script: string): SqlTemplate[] {
  return statementsOf(script).map((statement) => new SqlTemplate(statement));
}

/** The statements of a script, without comments and without their semicolon. */
export function statementsOf(script: string): string[] {
  return script.replace(/^\s*--.*\n/gm, "").split(";")
    .map((statement) => statement.trim()).filter((statement) => statement !== "");
}

function piecesOf(sql: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: token, 2: variable, index } of sql.matchAll(TOKEN)) {
    if (variable === undefined) continue;
    pieces.push({ text: sql.slice(end, index) }, { variable });
    end = index + token.length;
  }
  pieces.push({ text: sql.slice(end) });
  return pieces;
}
