/**
 * What Vertica calls a column of a result: a function without an alias, and an alias, as they were written
 * (documentation, "Identifiers": those that are not quoted keep their case, and are compared without it).
 */
import type { Column } from "../engine.ts";
import type { Token } from "./lexer.ts";
import { isToken, type Reader } from "./reader.ts";

/** Where the list of a SELECT ends. */
const ENDS = ["from", "where", "group", "order", "limit", "offset", "union", "intersect", "minus"];
const ENDS_TOO = ["except", "having", "into", "window", "for", "timeseries"];

/** The columns, by those names; of a table's column the one that PostgreSQL knows. */
export function named(reader: Reader, columns: readonly Column[]): Column[] {
  const items = listOf(reader.tokens);
  // Of `*` nobody knows here how many columns it is.
  if (items.length !== columns.length) return [...columns];
  return columns.map((column, index) => {
    const name = functionOf(items[index]!) ?? aliasOf(items[index]!, column.name);
    return name === undefined ? column : { ...column, name };
  });
}

/** The items of the list of a plain SELECT; none of another query. */
function listOf(tokens: readonly Token[]): Token[][] {
  if (!isToken(tokens[0], "select")) return [];
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(1)) {
    if (depth === 0 && token.kind === "word" && [...ENDS, ...ENDS_TOO].includes(token.value)) break;
    if (depth === 0 && token.text === ",") items.push([]);
    else items.at(-1)!.push(token);
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
  }
  if (isToken(items[0]![0], "distinct") || isToken(items[0]![0], "all")) items[0]!.shift();
  return items;
}

/** The alias of `... AS Name` and `... Name`, where it is one. */
function aliasOf(item: readonly Token[], found: string): string | undefined {
  const [before, last] = item.slice(-2);
  if (last?.kind !== "word" || [".", "::"].includes(before!.text)) return undefined;
  return last.text.toLowerCase() === found ? last.text : undefined;
}

/** `NAME(...)`, perhaps with OVER (...), and nothing else. */
function functionOf(item: readonly Token[]): string | undefined {
  const [name, open] = item;
  if (name?.kind !== "word" || open?.text !== "(" || KEYWORDS.has(name.value)) return undefined;
  let depth = 0;
  for (const [index, token] of item.entries()) {
    if (token.text === "(") depth++;
    if (token.text !== ")" || --depth > 0) continue;
    const next = item[index + 1];
    if (next === undefined) return name.text;
    return isToken(next, "over") ? functionOf([name, ...item.slice(index + 2)]) : undefined;
  }
  return undefined;
}

/** What PostgreSQL names by the type, or by something else, as Vertica may: left as it is. */
const KEYWORDS = new Set(["cast", "case", "exists", "extract", "row", "array"]);
