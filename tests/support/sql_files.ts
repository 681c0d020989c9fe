/** The SQL files as a person runs them by hand: with the values of their folder's `example.psql`. */
import { join } from "node:path";
import { Identifier, SqlTemplate } from "../../lib/sql/template.ts";

/** The repository's `sql/`. */
export const SQL = new URL("../../sql/", import.meta.url).pathname;

/** The names of a folder's SQL files, in order. */
export async function sqlFilesOf(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(SQL, folder)));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".sql")).sort();
}

/** The variables that a folder's `example.psql` sets, each with its value as psql puts it in. */
export async function exampleOf(folder: string): Promise<Map<string, string>> {
  return variablesOf(await Deno.readTextFile(join(SQL, folder, "example.psql")));
}

/** A file's SQL, as psql sends it. */
export async function filledByHand(
  path: string,
  values: ReadonlyMap<string, string>,
): Promise<string> {
  const raw = [...values].map(([name, value]) => [name, new Verbatim(value)]);
  const sql = new SqlTemplate(await Deno.readTextFile(join(SQL, path)));
  return sql.withLiterals(Object.fromEntries(raw));
}

/** Put in as it is. */
class Verbatim extends Identifier {
  override toString(): string {
    return this.name;
  }
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
