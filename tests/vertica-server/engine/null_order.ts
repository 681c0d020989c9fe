/**
 * Where NULL stands in a query's ORDER BY (Vertica documentation, "NULL sort order"): before all numbers
 * and times, behind all strings, floats and booleans. In OVER (...) Vertica sorts as PostgreSQL does.
 */
import type { Column } from "../engine.ts";
import { type Token, tokensOf } from "./lexer.ts";
import { isToken } from "./reader.ts";

/** INTEGER, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, NUMERIC: NULL is their smallest value. */
const SMALLEST = new Set([6, 10, 11, 12, 13, 16]);

/**
 * The query with NULLS FIRST or LAST where it sorts by a column of its result.
 *
 * @param sql for PostgreSQL
 */
export function withNullOrder(sql: string, columns: readonly Column[]): string {
  const tokens = tokensOf(sql);
  const start = orderedAt(tokens);
  if (start === undefined) return sql;
  const inserts: { at: number; text: string }[] = [];
  for (const item of itemsFrom(tokens, start)) {
    const column = columnOf(item, columns);
    if (column === undefined || !SMALLEST.has(column.oid)) continue;
    const text = isToken(item.at(-1), "desc") ? " NULLS LAST" : " NULLS FIRST";
    inserts.push({ at: item.at(-1)!.end, text });
  }
  return inserts.reduceRight(
    (text, insert) => text.slice(0, insert.at) + insert.text + text.slice(insert.at),
    sql,
  );
}

/** Index behind the last ORDER BY that no parenthesis is around. */
function orderedAt(tokens: readonly Token[]): number | undefined {
  let depth = 0;
  let found: number | undefined;
  tokens.forEach((token, index) => {
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    else if (depth === 0 && isToken(token, "order") && isToken(tokens[index + 1], "by")) {
      found = index + 2;
    }
  });
  return found;
}

function itemsFrom(tokens: readonly Token[], start: number): Token[][] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(start)) {
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    if (depth === 0 && (isToken(token, "limit") || isToken(token, "offset"))) break;
    if (depth === 0 && token.text === ",") items.push([]);
    else items.at(-1)!.push(token);
  }
  return items.filter((item) => item.length > 0);
}

/** The column of the result that an item names, or counts. */
function columnOf(item: readonly Token[], columns: readonly Column[]): Column | undefined {
  const last = item.at(-1);
  const name = isToken(last, "asc") || isToken(last, "desc") ? item.slice(0, -1) : item;
  if (name.length === 1 && name[0]!.kind === "number") return columns[Number(name[0]!.text) - 1];
  const isName = name.every((token, index) =>
    index % 2 === 0 ? token.kind === "word" || token.kind === "name" : token.text === "."
  );
  if (!isName || name.length % 2 === 0) return undefined;
  return columns.find((column) => column.name === name.at(-1)!.value);
}
