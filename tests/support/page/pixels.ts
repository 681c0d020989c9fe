/** What the charts of a page show, by their pixels. */
import type { Page } from "playwright-core";

/** Whether each chart has pixels of a colour, but for what smoothing makes of it. */
export function drawn(page: Page, colour: string): Promise<boolean[]> {
  return page.evaluate(`((colour) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return [...document.querySelectorAll(".plot canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) {
        const far = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b);
        if (data[i + 3] > 200 && far < 24) found++;
      }
      return found > 15;
    });
  })(${JSON.stringify(colour)})`);
}

/** What all four canvases show. */
export const pictures = (page: Page): Promise<string[]> =>
  page.evaluate(
    `[...document.querySelectorAll(".plot canvas")].map((canvas) => canvas.toDataURL())`,
  );

/** Of each of the four charts. */
export const EVERY = [true, true, true, true];
export const NONE = [false, false, false, false];
/** The lines of the first four currencies on light, and of the first on dark. */
export const LINES = ["#0072b2", "#c44e00", "#00795a", "#a8457f"];
export const DARK_LINE = "#56b4e9";
/** Stale days and holes on light. */
export const STALE = "#fde9c4";
export const HOLE = "#a8a29e";
