/** Text from elsewhere, such as a path or a status, as a terminal may safely show it. */

/**
 * Characters that move the cursor, end a line, turn the direction of what follows, or are not seen at all,
 * so that two texts would look alike.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line of text: what is unsafe in it is shown as escapes. */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, (char) => {
    const escape = JSON.stringify(char).slice(1, -1);
    return escape === char ? escapesOf(char) : escape;
  });
}

/** One escape, or two of a character beyond U+FFFF, as in JSON. */
function escapesOf(char: string): string {
  const units = char.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\u${unit}`).join("");
}

/** The same of text that may have several lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
