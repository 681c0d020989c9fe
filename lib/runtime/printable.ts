/** Text from elsewhere, such as a path or a status, as a terminal may safely show it. */

/** Characters that move the cursor, end a line, or turn the direction of what follows. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** One line of text: what is unsafe in it is shown as escapes. */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, (char) => {
    const escape = JSON.stringify(char).slice(1, -1);
    return escape === char ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` : escape;
  });
}

/** The same of text that may have several lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
