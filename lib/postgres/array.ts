/** An array as one parameter, `:ids::text::bigint[]` in SQL. */

/** The text form of an array (PostgreSQL documentation, 8.15.6). */
export function arrayOf(values: Iterable<string | number>): string {
  return `{${Array.from(values, elementOf).join(",")}}`;
}

function elementOf(value: string | number): string {
  if (typeof value === "number") return String(value);
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}
