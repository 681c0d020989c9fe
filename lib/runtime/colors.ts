/** Colors that help to find states, levels and errors; the words say the same without them. */

/** Parameters of the terminal's sequence "select graphic rendition" (ECMA-48, 8.3.117). */
const STYLES = {
  good: "32",
  warning: "33",
  bad: "31",
  broken: "35",
  active: "36",
  faint: "2",
} as const;

/** What a color means. */
export type Style = keyof typeof STYLES;

/** Colors a text, or not. */
export type Paint = (style: Style, text: string) => string;

/** Leaves texts as they are. */
export const PLAIN: Paint = (_style, text) => text;

/** Colors texts: a line must not be measured afterwards. */
export const COLORED: Paint = (style, text) => text && `\x1b[${STYLES[style]}m${text}\x1b[0m`;
