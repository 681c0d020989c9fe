/** Values that SQL files are run with by hand: a file of `\set` lines, as psql and vsql read them. */
import { Clause, type SqlValues } from "../../lib/sql/template.ts";

const SET = /^\\set (\w+) (.*)$/;

/**
 * The values of such a file, by their variables, each to be put in as it is.
 *
 * @throws Error where it has any other line but comments
 */
export async function readExample(path: string): Promise<Record<string, string>> {
  const lines = (await Deno.readTextFile(path)).split("\n");
  const sets = lines.filter((line) => line !== "" && !line.startsWith("--"));
  return Object.fromEntries(sets.map((line) => {
    const [, name, value] = SET.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`${path}: ${line}`);
    return [name, unquoted(value)];
  }));
}

/** For {@link SqlTemplate.withLiterals}, which puts them in as psql and vsql do. */
export function rawValues(values: Readonly<Record<string, string>>): SqlValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, new Clause(value)]),
  );
}

/** In quotes, a quote is doubled, and so is a backslash (psql documentation, "Meta-Commands"). */
function unquoted(value: string): string {
  const [, quoted] = /^'((?:[^'\\]|''|\\\\)*)'$/.exec(value) ?? [];
  if (quoted !== undefined) return quoted.replaceAll("''", "'").replaceAll("\\\\", "\\");
  if (/['\\\s]/.test(value)) throw new Error(`Not one value: ${value}`);
  return value;
}
