/** The site that `deno task site` makes of the documents, as a reader has it without a network. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { documentsOf } from "../../tools/site/build.ts";
import { placeOf } from "../../tools/site/pages.ts";
import { ROOT } from "../support/docs/documents.ts";
import { browserTests } from "../support/page/browser.ts";
import { deadLinks, pagesOf } from "../support/site/links.ts";
import { serveFolder } from "../support/site/static_server.ts";

const SITE = join(ROOT, "dist/site");
const WIDTHS = [390, 1280];

/** Each run makes it anew: what an older run left is no proof. */
const made = await new Deno.Command(Deno.execPath(), { args: ["task", "site"], cwd: ROOT })
  .output();
const browserTest = browserTests();

Deno.test("deno task site makes a page of each document", async () => {
  const said = new TextDecoder().decode(made.stdout) + new TextDecoder().decode(made.stderr);
  assert.equal(made.code, 0, said);
  const expected = (await documentsOf(ROOT)).map((path) => placeOf(path).replace(/md$/, "html"));
  const pages = await pagesOf(SITE);
  assert.deepEqual([...pages.keys()].sort(), [...expected, "404.html"].sort());
});

Deno.test("each link of the site, and each anchor, leads somewhere", async () => {
  const pages = await pagesOf(SITE);
  const links = [...pages.values()].flatMap((html) => html.match(/ href="[^:"]*#[^"]+"/g) ?? []);
  assert.ok(links.length > 100, `${links.length} links to anchors`);
  assert.deepEqual(await deadLinks(SITE, pages), []);
});

Deno.test("a link or an anchor that leads nowhere is found", async () => {
  const html = (await pagesOf(SITE)).get("docs/core.html")!;
  const broken = new Map([["docs/core.html", `${html}<a href="#no-such">x</a><a href="no.html">`]]);
  const ownPages = new Map([...await pagesOf(SITE), ...broken]);
  const expected = ["docs/core.html: #no-such", "docs/core.html: no.html"];
  assert.deepEqual(await deadLinks(SITE, ownPages), expected);
});

browserTest("the site fits its widths, and asks no other server for anything", async (open) => {
  await using server = serveFolder(SITE);
  for (const path of (await pagesOf(SITE)).keys()) {
    // Rspress leaves the line about the icon out of this one: browsers ask for an icon.
    if (path === "404.html") continue;
    const { page, context, errors, requests } = await open(server.url + path);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 });
      assert.equal(await overhang(page), 0, `${path} can be scrolled sideways at ${width} px`);
    }
    assert.deepEqual(await brokenPictures(page), [], path);
    assert.deepEqual(errors, [], path);
    assert.deepEqual(requests.filter((url) => !isOwn(url, server.url)), [], path);
    await context.close();
  }
});

for (const width of WIDTHS) {
  browserTest(`the menu of the site leads to another page at ${width} px`, async (open) => {
    await using server = serveFolder(SITE);
    const { page } = await open(server.url, { width, height: 844, hasTouch: width < 500 });
    if (width < 500) await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("link", { name: "The core", exact: true }).first().click();
    await page.getByRole("heading", { level: 1, name: "The core" }).waitFor();
    assert.equal(page.url(), `${server.url}docs/core.html`);
    assert.equal(await overhang(page), 0);
  });

  browserTest(`the search of the site finds a word at ${width} px`, async (open) => {
    await using server = serveFolder(SITE);
    const { page, requests } = await open(server.url, { width, height: 844 });
    await page.locator("[class^=rp-search-button]:visible").first().click();
    await page.locator(".rp-search-panel__input").fill("GRACEPERIOD");
    await page.locator(".rp-search-panel__results").getByText("GRACEPERIOD").first().click();
    await page.waitForURL(/\/docs\/vertica\.html/);
    assert.deepEqual(requests.filter((url) => !isOwn(url, server.url)), []);
  });
}

function isOwn(url: string, server: string): boolean {
  return url.startsWith(server) || url.startsWith("data:");
}

/** Pixels by which a page is wider than its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}

/** The pictures that a page names and does not show. */
async function brokenPictures(page: Page): Promise<string[]> {
  for (const picture of await page.locator("img:visible").all()) {
    await picture.scrollIntoViewIfNeeded();
  }
  return page.evaluate(`Promise.all([...document.images].map(async (image) =>
    await image.decode().then(() => [], () => [image.src]))).then((broken) => broken.flat())`);
}
