/**
 * Makes the README's picture of the page, light and dark, from the demo's mart: `deno task
 * readme-picture`. Needs Chromium and pngquant. To be run when the page does not look like its picture
 * any more.
 */
import type { Browser } from "playwright-core";
import { pathToFileURL } from "node:url";
import { runCli } from "../tests/support/cli/run_cli.ts";
import { inFolder } from "../tests/support/folder.ts";
import { startBrowser } from "../tests/support/page/browser.ts";
import { fewColours } from "./few_colours.ts";

const PICTURES = new URL("../docs/pictures/", import.meta.url);

/** CSS pixels: wide enough for two charts side by side. */
const VIEWPORT = { width: 1280, height: 1000 };

type Scheme = "light" | "dark";

await inFolder(async (folder) => {
  const workDir = `${folder}/demo`;
  const { code, stderr } = await runCli(["--work-dir", workDir, "demo"]);
  if (code !== 0) throw new Error(stderr);
  const browser = await startBrowser();
  try {
    await Deno.mkdir(PICTURES, { recursive: true });
    for (const scheme of ["light", "dark"] as const) {
      const picture = await pictureOf(browser, pathToFileURL(`${workDir}/mart.html`).href, scheme);
      await Deno.writeFile(new URL(`page-${scheme}.png`, PICTURES), await fewColours(picture));
    }
  } finally {
    await browser.close();
  }
});

/** The top of the page, down to the last chart, with the cursor on a date; PNG. */
async function pictureOf(browser: Browser, url: string, scheme: Scheme): Promise<Uint8Array> {
  const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: scheme, locale: "en-US" });
  await page.goto(url);
  const last = await page.locator(".plot canvas").last().boundingBox();
  if (last === null) throw new Error(`${url} has no charts`);
  await page.locator("#chart-accounts").focus();
  for (const key of ["End", "ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
  const height = Math.floor(last.y + last.height);
  return await page.screenshot({
    clip: { x: 0, y: 0, width: VIEWPORT.width, height },
    fullPage: true,
  });
}
