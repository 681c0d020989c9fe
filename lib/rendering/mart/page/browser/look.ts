/** How lines look, by the places of their currencies: neighbours differ in colour and dashes. */

/**
 * Colours of lines, after Okabe and Ito (2008), darker on white where they would be too pale. The style
 * sheet has the same for legends. The colour-blind do not tell all eight apart, but those that have the
 * same dashes among the first sixteen lines.
 */
export const LINE_COLOURS = {
  light: [
    "#0072b2",
    "#c44e00",
    "#00795a",
    "#a8457f",
    "#8a6100",
    "#2383bf",
    "#44403c",
    "#8f2d00",
  ],
  dark: [
    "#56b4e9",
    "#e69f00",
    "#2fc99a",
    "#e59ac4",
    "#f0e442",
    "#8ab8ff",
    "#d6d3d1",
    "#ff8a4c",
  ],
} as const;

const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
/** By how many dashes each round of the colours differs from the first: after it, even ones stay even. */
const ROUNDS = [0, 2, 3, 1];

export interface LineLook {
  /** The place of a colour in the theme. */
  colour: number;
  dash: readonly number[];
}

/** No two of 32 currencies look the same. */
export function lookOf(place: number): LineLook {
  const colours = LINE_COLOURS.light.length;
  const round = Math.floor(place / colours) % ROUNDS.length;
  const dash = (place + ROUNDS[round]!) % DASHES.length;
  return { colour: place % colours, dash: DASHES[dash]! };
}
