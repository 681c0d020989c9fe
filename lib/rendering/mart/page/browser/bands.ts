/** What stands behind the lines of a chart: holes and stale days, as bands over their days. */
import type uPlot from "uplot";
import { type Days, type Model, within } from "./model.ts";
import { theme } from "./palette.ts";

/** Pixels between the lines of a hatch. */
const HATCH = 6;

/** Draws the bands of a model: a hook of uPlot before it draws the rest. */
export function drawBands(chart: uPlot, model: Model): void {
  const { ctx, bbox } = chart;
  const { hole, stale } = theme();
  const shown = shownDays(chart);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = stale;
  for (const days of within(model.stale, shown)) {
    const { left, width } = edges(chart, days);
    ctx.fillRect(left, bbox.top, width, bbox.height);
  }
  ctx.strokeStyle = hole;
  ctx.lineWidth = devicePixelRatio;
  for (const days of within(model.holes, shown)) hatch(chart, days);
  ctx.restore();
}

/** A hole is hatched, so that it is told from a stale day without its colour. */
function hatch(chart: uPlot, days: Days): void {
  const { ctx, bbox } = chart;
  const { left, width } = edges(chart, days);
  const step = HATCH * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, width, bbox.height);
  ctx.clip();
  ctx.beginPath();
  for (let x = Math.floor((left - bbox.height) / step) * step; x < left + width; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

function shownDays({ scales }: uPlot): Days {
  const { min = 0, max = 0 } = scales.x ?? {};
  return { from: Math.floor(min ?? 0), to: Math.ceil(max ?? 0) };
}

/** From half a day before to half a day after, at least a pixel. */
function edges(chart: uPlot, { from, to }: Days): { left: number; width: number } {
  const left = chart.valToPos(from - 0.5, "x", true);
  return { left, width: Math.max(devicePixelRatio, chart.valToPos(to + 0.5, "x", true) - left) };
}
