/**
 * Colours of lines: those of Okabe and Ito (2008), which the colour-blind tell apart, darker on white
 * where they would be too pale. The style sheet has the same for legends.
 */
import { svg } from "./element.ts";
import type { LineLook } from "./look.ts";

const LIGHT = [
  "#0072b2",
  "#c44e00",
  "#00795a",
  "#a8457f",
  "#8a6100",
  "#2383bf",
  "#57534e",
  "#8f2d00",
];
const DARK = [
  "#56b4e9",
  "#e69f00",
  "#2fc99a",
  "#e59ac4",
  "#f0e442",
  "#8ab8ff",
  "#d6d3d1",
  "#ff8a4c",
];
/** What a chart is drawn with: by the page's scheme, but on paper always light. */
export interface Theme {
  lines: readonly string[];
  text: string;
  grid: string;
  hole: string;
  stale: string;
}

const ON_LIGHT: Theme = {
  lines: LIGHT,
  text: "#44403c",
  grid: "#e7e5e4",
  hole: "#a8a29e",
  stale: "#fde9c4",
};
const ON_DARK: Theme = {
  lines: DARK,
  text: "#d6d3d1",
  grid: "#3b3a38",
  hole: "#78716c",
  stale: "#4b3a17",
};

const dark = matchMedia("(prefers-color-scheme: dark)");
let printing = false;

export function theme(): Theme {
  return dark.matches && !printing ? ON_DARK : ON_LIGHT;
}

/** Whether the page is being drawn for paper. */
export function isPrinting(): boolean {
  return printing;
}

/** Calls back when the theme has changed. */
export function onThemeChange(changed: () => void): void {
  dark.addEventListener("change", changed);
  const print = (begins: boolean) => () => {
    printing = begins;
    changed();
  };
  addEventListener("beforeprint", print(true));
  addEventListener("afterprint", print(false));
}

/** A piece of a currency's line, for legends; its colour is the style sheet's. */
export function swatch({ colour, dash }: LineLook): SVGElement {
  return svg(
    "svg",
    { class: `swatch line-${colour}`, width: 28, height: 10, "aria-hidden": "true" },
    svg("line", {
      x1: 0,
      y1: 5,
      x2: 28,
      y2: 5,
      "stroke-width": 3,
      "stroke-dasharray": dash.join(" "),
    }),
  );
}
