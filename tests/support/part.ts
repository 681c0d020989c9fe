/**
 * What there is by the hundred, of which a run tries a part, always the same one: `deno task soak` tries
 * all of it.
 */

export const ALL = Deno.env.get("FINPIPE_TEST_ALL") === "1";

/** One of so many parts, from 0, that something is of by its name. */
export function partOf(name: string, parts: number): number {
  return [...name].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) % parts;
}

/** Each so many of them, from the first or a later one on; all of them where a run has the time. */
export function each<T>(step: number, items: readonly T[], first = 0): T[] {
  return ALL ? [...items] : items.filter((_, at) => at % step === first);
}
