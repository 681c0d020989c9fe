/** Helpers for the words of messages: plurals, lists, capitals. */

/** `1 row`, `2 rows`: a count and its noun. */
export function counted(count: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${count} ${BigInt(count) === 1n ? noun : plural}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function oneOf(texts: readonly string[]): string {
  return listed(texts, "or");
}

/** `a`, `a and b`, `a, b and c`. */
export function allOf(texts: readonly string[]): string {
  return listed(texts, "and");
}

function listed(texts: readonly string[], word: string): string {
  if (texts.length < 2) return texts.join("");
  return `${texts.slice(0, -1).join(", ")} ${word} ${texts.at(-1)}`;
}

/** The text with an upper-case first letter, for the start of a sentence. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
