/** Words of messages, as their place or their number wants them. */

/** `1 row`, `2 rows`: a count and its noun. */
export function counted(count: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${count} ${BigInt(count) === 1n ? noun : plural}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function oneOf(texts: readonly string[]): string {
  if (texts.length < 2) return texts.join("");
  return `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}

/** The text as a sentence begins. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
