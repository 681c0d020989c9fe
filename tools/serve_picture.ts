/**
 * Makes the picture of `finpipe serve` in docs/looking.md, from the demo's mart, down to the first chart on a
 * phone: `deno task serve-picture`. Needs Chromium and pngquant.
 */
import { runCli, spawnCli } from "../tests/support/cli/run_cli.ts";
import { inFolder } from "../tests/support/folder.ts";
import { freePorts } from "../tests/support/network/ports.ts";
import { startBrowser } from "../tests/support/page/browser.ts";
import { fewColours } from "./few_colours.ts";

const PICTURE = new URL("../docs/pictures/serve.png", import.meta.url);

/** A phone, in CSS pixels. */
const WIDTH = 390;
/** All that is in the picture: on a page that is taken whole, Chromium has no finger. */
const HEIGHT = 1600;

await inFolder(async (folder) => {
  const workDir = `${folder}/demo`;
  const { code, stderr } = await runCli(["--work-dir", workDir, "demo"]);
  if (code !== 0) throw new Error(stderr);
  const [port] = freePorts(1);
  const serve = spawnCli(["--work-dir", workDir, "serve", "--port", `${port}`]);
  const browser = await startBrowser();
  try {
    await serve.waitFor(/Serving the mart on/);
    const page = await browser.newPage({
      viewport: { width: WIDTH, height: HEIGHT },
      isMobile: true,
      hasTouch: true,
      locale: "en-US",
    });
    await page.goto(`http://localhost:${port}/`);
    const chart = await page.locator(".plot canvas").first().boundingBox();
    if (chart === null) throw new Error("the page has no charts");
    const clip = {
      x: 0,
      y: 0,
      width: WIDTH,
      height: Math.ceil(chart.y + chart.height) + 8,
    };
    await Deno.writeFile(
      PICTURE,
      await fewColours(await page.screenshot({ clip })),
    );
  } finally {
    await browser.close();
    serve.kill("SIGTERM");
    await serve.result;
  }
});
