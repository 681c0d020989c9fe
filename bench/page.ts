/**
 * The page of five years of ten currencies in Chromium: its bytes, the time to its first chart, and the
 * frames while somebody drags over days. Not among the figures of `deno task bench`, as these are no
 * ratios: run it on a quiet machine.
 */
import { join } from "node:path";
import { packPage } from "../lib/rendering/mart/page/pack.ts";
import { pageHtml } from "../lib/rendering/mart/page/page.ts";
import { startBrowser } from "../tests/support/page/browser.ts";
import { madeFacts } from "../tests/support/page/facts.ts";
import { benchFolder, print } from "./support.ts";

const ROUNDS = 5;
const GOALS = { bytes: 1_500_000, firstChart: 1000, frame: 1000 / 60 + 1 };

await using folder = await benchFolder();
const facts = madeFacts({
  first: "2018-01-01",
  days: 1826,
  currencies: Array.from({ length: 10 }, (_, i) => 410 + 10 * i),
});
const started = performance.now();
const html = pageHtml(packPage(facts));
print(`made in ${(performance.now() - started).toFixed(0)} ms`);
const bytes = new TextEncoder().encode(html).length;
print(`bytes: ${bytes} (goal ${GOALS.bytes}: ${verdict(bytes <= GOALS.bytes)})`);
const path = join(folder.path, "five-years.html");
await Deno.writeTextFile(path, html);

const browser = await startBrowser();
const shows: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`file://${path}`);
  // The frame after the script's end has the charts in it; times are since the page was asked for.
  shows.push(
    await page.evaluate(`new Promise((resolve) =>
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(
        performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd))))`),
  );
  await page.close();
}
const firstChart = Math.min(...shows);
print(
  `first chart: ${firstChart.toFixed(0)} ms (goal ${GOALS.firstChart}: ${
    verdict(firstChart <= GOALS.firstChart)
  })`,
);

const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(`file://${path}`);
const over = page.locator("#chart-transactions .u-over");
const { x, y, width, height } = (await over.boundingBox())!;
await page.mouse.move(x + 10, y + height / 2);
await page.mouse.down();
await page.evaluate(`(() => {
  globalThis.frames = [];
  let last = performance.now();
  const frame = (now) => {
    globalThis.frames.push(now - last);
    last = now;
    if (globalThis.frames !== undefined) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()`);
for (let step = 0; step < 3; step++) {
  await page.mouse.move(x + width - 10, y + height / 2, { steps: 60 });
  await page.mouse.move(x + width / 4, y + height / 2, { steps: 60 });
}
const frames = (await page.evaluate("globalThis.frames") as number[]).slice(1)
  .sort((one, other) => one - other);
const at = (share: number) => frames[Math.floor((frames.length - 1) * share)]!;
print(
  `frames while dragging: ${frames.length}, median ${at(0.5).toFixed(1)} ms, 95% within ` +
    `${at(0.95).toFixed(1)} ms, longest ${at(1).toFixed(1)} ms ` +
    `(goal median ${GOALS.frame.toFixed(1)}: ${verdict(at(0.5) <= GOALS.frame)})`,
);
const zoom = await page.evaluate(`new Promise((resolve) => {
  addEventListener("mouseup", () => {
    const begun = performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun)));
  }, { capture: true, once: true });
  setTimeout(() => document.dispatchEvent(new MouseEvent("mouseup", { bubbles: true })));
})`) as number;
print(`from the end of a drag to the new charts: ${zoom.toFixed(0)} ms`);
await browser.close();

function verdict(isMet: boolean): string {
  return isMet ? "met" : "MISSED";
}
