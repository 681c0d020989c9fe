/** What charts and legends are drawn with, on the screen and on paper. */
import { svg } from "./element.ts";
import { LINE_COLOURS, type LineLook } from "./look.ts";

/** What a chart is drawn with: by the page's scheme, but on paper always light. */
export interface Theme {
  lines: readonly string[];
  text: string;
  grid: string;
  hole: string;
  stale: string;
}

const ON_LIGHT: Theme = {
  lines: LINE_COLOURS.light,
  text: "#44403c",
  grid: "#e7e5e4",
  hole: "#a8a29e",
  stale: "#fde9c4",
};
const ON_DARK: Theme = {
  lines: LINE_COLOURS.dark,
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
