/**
 * Lists of values in one text, with commas between them: `done,chargeback`. A value that holds a
 * comma, ends with a space or is empty stands in double quotes, as in CSV: `"a, b",c`.
 */

/** The values, each once; or what is wrong with the text. */
export type ValueList = { values: string[] } | { problem: "an empty value" | "a stray quote" };

/**
 * One value and what ends it: text in double quotes, where `""` is one quote; or text up to a
 * comma.
 */
const VALUE = /\s*(?:"((?:[^"]|"")*)"\s*(,|$)|([^,]*)(,|$))/y;

/** Reads a list; white space around a value that is not in quotes is not part of it. */
export function parseValueList(text: string): ValueList {
  const values = new Set<string>();
  const value = new RegExp(VALUE);
  for (;;) {
    // The pattern always matches: text without quotes may be anything but a comma.
    const [, quoted, quotedEnd, plain = "", plainEnd] = value.exec(text)!;
    const bare = plain.trim();
    if (quoted === undefined && bare.startsWith('"')) return { problem: "a stray quote" };
    if (quoted === undefined && bare === "") return { problem: "an empty value" };
    values.add(quoted?.replaceAll('""', '"') ?? bare);
    if ((quotedEnd ?? plainEnd) !== ",") return { values: [...values] };
  }
}
