/** What PostgreSQL would run and Vertica has not: refused as Vertica would. */
import { VerticaError } from "../engine.ts";
import { noColumn, syntaxError, unknown } from "./errors.ts";
import { isToken } from "./reader.ts";
import type { Token } from "./lexer.ts";

/** Runs of tokens that are a syntax error to Vertica, at the last of them. */
const NO_VERTICA: readonly string[][] = [
  ["on", "conflict"],
  ["returning"],
  ["distinct", "on"],
  ["filter", "("],
  ["with", "ordinality"],
  ["is", "json"],
  ["fetch", "first"],
  ["fetch", "next"],
  ["overriding"],
  ["default", "values"],
  ["delete", "from", "only"],
  ["update", "only"],
  ["from", "only"],
  ["materialized"],
  ["concurrently"],
  // WITH reads; it changes nothing.
  ["as", "(", "insert"],
  ["as", "(", "update"],
  ["as", "(", "delete"],
  ["as", "(", "merge"],
  ["set", "("],
  ["then", "delete"],
  ["do", "nothing"],
  ["for", "share"],
  ["for", "key"],
  ["for", "no"],
  ["groups", "unbounded"],
  ["groups", "current"],
  ["groups", "between"],
  ["groups", "?", "preceding"],
  // A list of what is selected is never empty.
  ["select", "from"],
];

/** What Vertica has, or may have, and this server does not. */
const UNKNOWN: readonly string[][] = [
  ["for", "update"],
  ["timeseries"],
  ["match", "("],
  ["limit", "?", "over"],
  ["similar", "to"],
  ["tablesample"],
  ["lateral"],
  ["at", "time", "zone"],
  ["interpolate"],
  ["pivot"],
  ["explode"],
  ["is", "distinct"],
  ["is", "not", "distinct"],
];

/** Columns of each table of PostgreSQL's, which Vertica has not. */
const HIDDEN_COLUMNS = new Set(["tableoid", "xmin", "xmax", "cmin", "cmax", "ctid"]);

/** Not Vertica's: PostgreSQL's own, and the engine's. */
const HIDDEN_SCHEMAS = new Set([
  "v_engine",
  "v_engine_catalog",
  "pg_catalog",
  "information_schema",
]);

/** @throws VerticaError for what Vertica or this server does not take */
export function refuseForeign(sql: string, tokens: readonly Token[]): void {
  tokens.forEach((token, index) => {
    for (const run of NO_VERTICA) {
      if (isRun(tokens, index, run)) {
        const last = tokens[index + run.length - 1]!;
        throw syntaxError(last.start, last.text);
      }
    }
    for (const run of UNKNOWN) {
      if (isRun(tokens, index, run)) throw unknown(run.join(" ").toUpperCase(), sql, token.start);
    }
    if (token.kind !== "word" && token.kind !== "name") return;
    const name = token.value.toLowerCase();
    if (HIDDEN_SCHEMAS.has(name)) {
      throw new VerticaError("3F000", 4650, `Schema "${token.value}" does not exist`);
    }
    if (HIDDEN_COLUMNS.has(name)) throw noColumn(token.value);
    if (/^pg_/.test(name) && !isToken(tokens[index + 1], "(")) {
      throw new VerticaError("42V01", 4566, `Relation "${token.value}" does not exist`);
    }
  });
}

function isRun(tokens: readonly Token[], at: number, run: readonly string[]): boolean {
  return run.every((word, index) => {
    const token = tokens[at + index];
    return word === "?" ? token !== undefined : isToken(token, word);
  });
}
