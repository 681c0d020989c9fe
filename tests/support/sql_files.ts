/** The SQL files as a person runs them by hand: with the values of their folder's `example.psql`. */
import { join } from "node:path";
import { Clause, SqlTemplate, type SqlValues } from "../../lib/sql/template.ts";

/** The repository's `sql/`. */
export const SQL = new URL("../../sql/", import.meta.url).pathname;

/** The names of a folder's SQL files, in order. */
export async function sqlFilesOf(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(SQL, folder)));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".sql")).sort();
}

/** The variables that a file of `\set` lines sets, each with its value as psql and vsql put it in. */
export async function exampleOf(path: string): Promise<Record<string, string>> {
  return Object.fromEntries(variablesOf(await Deno.readTextFile(join(SQL, path))));
}

/** A file's SQL, as psql sends it. */
export async function filledByHand(
  path: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const sql = new SqlTemplate(await Deno.readTextFile(join(SQL, path)));
  return sql.withLiterals(rawValues(values));
}

/** For {@link SqlTemplate.withLiterals}: each is put in as it is. */
export function rawValues(values: Readonly<Record<string, string>>): SqlValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, new Clause(value)]),
  );
}

/**
 * What a script of `\set` lines and comments sets, by psql's rules: a value's words follow each other
 * without a space, in single quotes a backslash stands before what is meant as it is
 * (https://www.postgresql.org/docs/current/app-psql.html, "Meta-Commands").
 *
 * @throws Error a line is something else, or sets what was set before
 */
export function variablesOf(script: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const line of script.split("\n")) {
    if (line === "" || line.startsWith("--")) continue;
    const [, name, rest] = /^\\set ([a-z]\w*)((?: +(?:'(?:[^'\\]|\\.|'')*'|[^\s'\\:`"]+))+)$/
      .exec(line) ?? [];
    if (name === undefined || rest === undefined) throw new Error(`Not as psql has it: ${line}`);
    if (variables.has(name)) throw new Error(`Set twice: ${name}`);
    const words = rest.match(/'(?:[^'\\]|\\.|'')*'|[^\s']+/g)!;
    variables.set(name, words.map(wordOf).join(""));
  }
  return variables;
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

function wordOf(word: string): string {
  if (!word.startsWith("'")) return word;
  return word.slice(1, -1).replaceAll(
    /\\(.)|''/g,
    (_, escaped?: string) => escaped === undefined ? "'" : ESCAPES[escaped] ?? escaped,
  );
}
