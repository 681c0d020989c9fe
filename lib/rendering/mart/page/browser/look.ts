/** How lines look, by the places of their currencies: neighbours differ in colour and dashes. */

/** How many colours a theme has. */
export const COLOURS = 8;

const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

export interface LineLook {
  /** The place of a colour in the theme. */
  colour: number;
  dash: readonly number[];
}

/** No two of 32 currencies look the same. */
export function lookOf(place: number): LineLook {
  const dash = (place + Math.floor(place / COLOURS)) % DASHES.length;
  return { colour: place % COLOURS, dash: DASHES[dash]! };
}
