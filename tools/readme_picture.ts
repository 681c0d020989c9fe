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

const PICTURES = new URL("../docs/pictures/", import.meta.url);

/** CSS pixels: wide enough for two charts side by side. */
const VIEWPORT = { width: 1000, height: 1000 };

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
  const plots = page.locator(".plot canvas");
  const first = await plots.first().boundingBox();
  const last = await plots.last().boundingBox();
  if (first === null || last === null) throw new Error(`${url} has no charts`);
  await page.mouse.move(first.x + first.width * 0.6, first.y + first.height / 2);
  const height = Math.ceil(last.y + last.height) + 16;
  return await page.screenshot({
    clip: { x: 0, y: 0, width: VIEWPORT.width, height },
    fullPage: true,
  });
}

/** The PNG with a palette, which takes a third of the bytes. */
async function fewColours(picture: Uint8Array): Promise<Uint8Array> {
  const child = new Deno.Command("pngquant", {
    args: ["--speed", "1", "64", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(picture);
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("pngquant failed");
  return stdout;
}
