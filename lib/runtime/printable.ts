/** Text from elsewhere, such as a path or a status, as a terminal may safely show it. */

/**
 * Characters that move the cursor, end a line, turn the direction of what follows, or are not seen at all,
 * so that two texts would look alike.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line of text: what is unsafe in it is shown as escapes. */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, escapeOf);
}

/** As in JSON: one escape, or two of a character beyond U+FFFF. */
function escapeOf(char: string): string {
  const escape = JSON.stringify(char).slice(1, -1);
  if (escape !== char) return escape;
  const units = char.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\u${unit}`).join("");
}

/** Only what ends a line is shown as escapes: for text that somebody else makes printable. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\n\v\f\r\u0085\u2028\u2029]/g, escapeOf);
}

/** The same of text that may have several lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** A color, which moves nothing; else what is unsafe. Tabs and ends of lines are for reading. */
// deno-lint-ignore no-control-regex
const COLOR_OR_UNSAFE = /\x1b\[[0-9;]*m|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** All that a stream writes, as its terminal is to get it. */
export class TerminalText {
  readonly #decoder = new TextDecoder();

  /** @param data text of finpipe's own, which may be colored, or bytes that came from elsewhere */
  of(data: string | Uint8Array): string {
    if (typeof data !== "string") {
      return this.#decoder.decode(data, { stream: true }).replaceAll(UNSAFE, unlessLayout);
    }
    return data.replaceAll(
      COLOR_OR_UNSAFE,
      (found) => found.length > 2 ? found : unlessLayout(found),
    );
  }
}

function unlessLayout(char: string): string {
  return char === "\n" || char === "\t" ? char : escapeOf(char);
}
