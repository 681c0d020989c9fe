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
const HOLE = "#a8a29e";

/**
 * Of each chart, how many columns of its pixels are hatched as holes are, and how many of these have
 * pixels of a line, too.
 */
export function crossedHoles(page: Page): Promise<{ hatched: number; crossed: number }[]> {
  return page.evaluate(`((hole, lines) => {
    const parsed = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const [hatch, ...others] = [hole, ...lines].map(parsed);
    return [...document.querySelectorAll(".plot canvas")].map((canvas) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      const isNear = (i, [r, g, b]) => data[i + 3] > 200 &&
        Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 60;
      let [hatched, crossed] = [0, 0];
      for (let x = 0; x < width; x++) {
        let [hatches, hasLine] = [0, false];
        for (let y = 0; y < height; y++) {
          const i = (y * width + x) * 4;
          if (isNear(i, hatch)) hatches++;
          hasLine ||= others.some((line) => isNear(i, line));
        }
        if (hatches < height / 20) continue;
        hatched++;
        if (hasLine) crossed++;
      }
      return { hatched, crossed };
    });
  })(${JSON.stringify(HOLE)}, ${JSON.stringify(LINES)})`);
}
