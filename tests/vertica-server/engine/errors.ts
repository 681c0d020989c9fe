/**
 * Errors in Vertica's words (Vertica documentation, "Error messages"; numbers and texts as they are
 * quoted in its examples). What this server does not know is 0A000 and says so.
 */
import { VerticaError } from "../engine.ts";

/** A statement or a part of one that Vertica may know and this server does not. */
export function unknown(what: string, sql?: string, at?: number): VerticaError {
  const place = sql === undefined || at === undefined ? "" : `, at ${quote(sql, at)}`;
  return new VerticaError(
    "0A000",
    9999,
    `finpipe's Vertica test server does not know ${what}${place}`,
  );
}

/** What no Vertica reads. */
export function syntaxError(at: number, near: string): VerticaError {
  return new VerticaError(
    "42601",
    4856,
    `Syntax error at or near "${near}" at character ${at + 1}`,
    {
      position: at + 1,
    },
  );
}

export function noRelation(name: string): VerticaError {
  return new VerticaError("42V01", 4566, `Relation "${name}" does not exist`);
}

export function noSchema(name: string): VerticaError {
  return new VerticaError("3F000", 4650, `Schema "${name}" does not exist`);
}

export function noColumn(name: string): VerticaError {
  return new VerticaError("42703", 2624, `Column "${name}" does not exist`);
}

export function exists(name: string): VerticaError {
  return new VerticaError("42710", 4213, `Object "${name}" already exists`);
}

function quote(sql: string, at: number): string {
  const text = sql.slice(at, at + 30).replaceAll(/\s+/g, " ");
  return `"${text}"`;
}

/** What a `pg` error says. */
interface PostgresError {
  code?: string;
  message: string;
  column?: string;
  constraint?: string;
  schema?: string;
  table?: string;
  detail?: string;
  hint?: string;
  position?: string;
}

/** By PostgreSQL's SQLSTATE: Vertica's, its number, and how it words the matter. */
const MEANINGS: Record<string, (error: PostgresError, name: string) => VerticaError> = {
  "42P01": (_error, name) => noRelation(name),
  "3F000": (_error, name) => noSchema(name),
  "42703": (_error, name) => noColumn(name),
  "42P07": (_error, name) => exists(name),
  "42P06": (_error, name) => exists(name),
  "42710": (_error, name) => exists(name),
  "42601": (_error, name) => new VerticaError("42601", 4856, `Syntax error at or near "${name}"`),
  "42501": ({ message }) => {
    const text = message.replace("for table", "for relation").replace(
      /^must be owner.*$/,
      (all) => all.replace("must", "Must"),
    );
    return new VerticaError("42501", 4367, sentence(text));
  },
  "42883": ({ message }) => new VerticaError("42883", 3457, sentence(message)),
  "23505": ({ schema, table, constraint, detail }) => {
    const key = /\((.*)\)=\((.*)\)/.exec(detail ?? "");
    const columns = key?.[1]?.split(", ") ?? [];
    const values = key?.[2]?.split(", ") ?? [];
    const pairs = columns.map((column, index) => `${column}=${values[index]}`).join(",");
    return new VerticaError(
      "23505",
      6745,
      `Duplicate key values: '${pairs}' -- violates constraint '${schema}.${table}.${
        constraint?.split(".")[0]
      }'`,
    );
  },
  "23502": ({ column }) =>
    new VerticaError(
      "22004",
      2501,
      `Cannot set a NOT NULL column (${column}) to a NULL value in INSERT/UPDATE statement`,
    ),
  "23514": ({ schema, table, constraint }) =>
    new VerticaError("23514", 7230, `Check constraint '${schema}.${table}.${constraint}' violated`),
  "22012": () => new VerticaError("22012", 3117, "Division by zero"),
  "22P02": ({ message }) => new VerticaError("22V02", 3681, sentence(ofVerticasTypes(message))),
  "22007": ({ message }) => new VerticaError("22007", 3679, sentence(ofVerticasTypes(message))),
  "2BP01": ({ message }) => new VerticaError("2BV01", 3128, sentence(message)),
  "55P03": () => lockTimeout("Timed out waiting for a lock"),
};

/** A lock that could not be had, as Vertica 24 words it. */
export function lockTimeout(reason: string): VerticaError {
  return new VerticaError(
    "55V03",
    5156,
    `Unavailable: initiator locks for query - Locking failure: ${reason}. Your current ` +
      "transaction isolation level is READ COMMITTED",
  );
}

/** A PostgreSQL error in Vertica's terms; other errors stay what they are. */
export function asVerticaError(error: unknown): unknown {
  if (error instanceof VerticaError || !(error instanceof Error)) return error;
  const found = error as PostgresError;
  if (!/^[0-9A-Z]{5}$/.test(found.code ?? "")) return error;
  if (found.code === "22V01") return new VerticaError("22001", 4800, found.message);
  if (found.code === "22V03") {
    return new VerticaError("22003", 4845, found.message, { hint: "Try sum_float() instead" });
  }
  const name = /"([^"]*)"/.exec(found.message)?.[1] ?? "";
  return MEANINGS[found.code!]?.(found, name) ??
    new VerticaError(found.code!, 0, sentence(found.message));
}

/** With the names that Vertica has for the types: `invalid input syntax for integer: "x"`. */
function ofVerticasTypes(message: string): string {
  return message.replace("type bigint", "integer").replace("type double precision", "float")
    .replace("type ", "");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
