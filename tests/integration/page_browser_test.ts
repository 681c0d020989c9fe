/** The page of the mart in a real browser. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import axe from "axe-core";
import { csvReport } from "../../lib/rendering/mart/csv.ts";
import { packPage, type PageFacts } from "../../lib/rendering/mart/page/pack.ts";
import { pageHtml } from "../../lib/rendering/mart/page/page.ts";
import { browserTests, type ContextOptions } from "../support/page/browser.ts";
import { madeFacts, type MadeMart } from "../support/page/facts.ts";
import { HOSTILE } from "../support/page/hostile.ts";

const browserTest = browserTests();
const METRICS = ["transactions", "average", "accounts", "amount"];

/** Sixty days with all that can be said of days. */
const FACTS = madeFacts({
  first: "2022-10-01",
  days: 60,
  currencies: [410, 420, 430, 999],
  unknown: [20, 21, 22],
  unbuilt: [30],
  stale: [40],
  leftOut: { 999: [10, 11] },
  types: HOSTILE,
  version: HOSTILE[0],
});

let folder: string;
Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "finpipe-page-" });
});
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Writes the page; its URL. */
async function written(facts: PageFacts = FACTS): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.html`);
  await Deno.writeTextFile(path, pageHtml(packPage(facts)));
  return `file://${path}`;
}

const csvText = async (facts: PageFacts) =>
  (await Array.fromAsync(csvReport((async function* () {
    yield* facts.rows;
  })()))).join("");

/** Whether each chart has pixels of a colour, but for what smoothing makes of it. */
function drawn(page: Page, colour: string): Promise<boolean[]> {
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
const pictures = (page: Page): Promise<string[]> =>
  page.evaluate(
    `[...document.querySelectorAll(".plot canvas")].map((canvas) => canvas.toDataURL())`,
  );

const hashOf = (page: Page): Promise<string> => page.evaluate("location.hash");

const EVERY = [true, true, true, true];
const NONE = [false, false, false, false];
/** The lines of 410, 420, 430 and 999 on light, and the first on dark; holes and stale days on light. */
const LINES = ["#0072b2", "#c44e00", "#00795a", "#a8457f"];
const DARK_LINE = "#56b4e9";
const STALE = "#fde9c4";

const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();
const dates = (page: Page) => texts(page, ".chart-date");

browserTest(
  "the page draws four charts, asks for nothing, and says nothing in the console",
  async (open) => {
    const { page, errors, requests } = await open(await written());
    for (const line of LINES) assert.deepEqual(await drawn(page, line), EVERY, line);
    assert.deepEqual(await drawn(page, STALE), EVERY);
    assert.deepEqual(await dates(page), Array(4).fill("2022-11-29"));
    const shown = await texts(page, "#mart tbody tr:first-child > *");
    assert.deepEqual(shown.slice(0, 2), ["2022-10-01", "410"]);
    assert.deepEqual(await texts(page, "#mart tbody tr:nth-child(2) > :nth-child(2)"), ["420 USD"]);
    assert.match(
      (await texts(page, "#holes")).join(),
      /2022-10-21 to 2022-10-23 \(3 days\): never loaded/,
    );
    assert.match((await texts(page, "#holes")).join(), /2022-10-31: loaded, but not built/);
    assert.match(
      (await texts(page, "#left-out")).join(),
      /Currency 999, 2022-10-11 to 2022-10-12: no dollar rate.*6 counted/,
    );
    assert.match((await texts(page, "#stale")).join(), /2022-11-10: built from another load/);
    assert.match(
      (await texts(page, "#trend-transactions")).join(),
      /2022-10-01 to 2022-11-29 \(60 days\): /,
    );
    assert.deepEqual([errors, requests], [[], []]);
  },
);

browserTest(
  "filters of currencies and days move all charts, and are kept in the URL",
  async (open) => {
    const { page, errors } = await open(await written());
    const whole = await pictures(page);
    await page.getByRole("checkbox", { name: "430" }).uncheck();
    assert.deepEqual(await drawn(page, LINES[2]!), NONE);
    assert.deepEqual(await drawn(page, LINES[1]!), EVERY);
    assert.equal(await hashOf(page), "#currencies=410,420,999");
    await page.getByLabel("From", { exact: true }).fill("2022-11-01");
    await page.getByLabel("To", { exact: true }).fill("2022-11-10");
    await page.getByLabel("To", { exact: true }).blur();
    assert.equal(await hashOf(page), "#from=2022-11-01&to=2022-11-10&currencies=410,420,999");
    await page.getByText("30 rows", { exact: true }).waitFor();
    assert.match(
      (await texts(page, "#compared")).join(),
      /No comparison with 2022-10-22 to 2022-10-31: 3 days of both/,
    );
    const filtered = await pictures(page);
    for (let i = 0; i < 4; i++) assert.notEqual(filtered[i], whole[i]);

    // The same view, sent on.
    const other = await open(page.url());
    assert.equal(await other.page.getByLabel("From", { exact: true }).inputValue(), "2022-11-01");
    assert.equal(await other.page.getByRole("checkbox", { name: "430" }).isChecked(), false);
    assert.deepEqual(await pictures(other.page), filtered);
    await other.page.evaluate(`location.hash = "from=2022-11-11&to=2022-11-20"`);
    await other.page.getByText("40 rows", { exact: true }).waitFor();
    assert.match(
      (await texts(other.page, "#compared")).join(),
      /^Compared with the 10 days before: 2022-11-01 to 2022-11-10/,
    );
    assert.match((await texts(other.page, ".change")).join(" "), /^(([▲▼] [+-]|= )[\d.]+% ?){4}$/);
    await other.page.getByRole("button", { name: "Show everything" }).click();
    assert.equal(await hashOf(other.page), "");
    await other.page.getByRole("button", { name: "None" }).click();
    assert.deepEqual(await drawn(other.page, LINES[0]!), NONE);
    assert.deepEqual([errors, other.errors], [[], []]);
  },
);

browserTest(
  "dragging over days in any chart shows them in all; a double click shows all again",
  async (open) => {
    const { page, errors } = await open(await written());
    const whole = await pictures(page);
    for (const metric of METRICS) {
      const over = page.locator(`#chart-${metric} .u-over`);
      await over.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await over.boundingBox())!;
      await page.mouse.move(x + width * 0.26, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width / 3, y + height / 2);
      await page.mouse.move(x + width * 0.51, y + height / 2);
      const chosen = await page.evaluate(
        `[...document.querySelectorAll(".u-select")].map(({ offsetWidth }) => offsetWidth > 50)`,
      );
      assert.deepEqual(chosen, EVERY, "all charts show what is being chosen");
      await page.mouse.up();
      assert.equal(await hashOf(page), "#from=2022-10-16&to=2022-10-31", metric);
      const shown = await pictures(page);
      for (let i = 0; i < 4; i++) assert.notEqual(shown[i], whole[i]);
      await page.mouse.dblclick(x + width / 2, y + height / 2);
      assert.equal(await hashOf(page), "");
    }
    assert.deepEqual(errors, []);
  },
);

browserTest("one cursor shows all four charts at one date", async (open) => {
  const { page } = await open(await written());
  const box = (await page.locator("#chart-average .u-over").boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.1, box.y + 40);
  const [date] = await dates(page);
  assert.match(date!, /^2022-10-0[67]$/);
  assert.deepEqual(await dates(page), Array(4).fill(date));
  const row = FACTS.rows.find((row) => row.date_update === date && row.currency_from === "410")!;
  const values = await Promise.all(
    METRICS.map((metric) => page.locator(`#legend-${metric} .value`).first().textContent()),
  );
  assert.deepEqual(values.map((value) => value!.replaceAll(",", "")), [
    row.cnt_transactions,
    row.avg_transactions_per_account,
    row.cnt_accounts_make_transactions,
    row.amount_total,
  ]);
});

browserTest("the charts are used by keyboard", async (open) => {
  const { page, errors } = await open(await written());
  await page.locator("#chart-accounts").focus();
  await page.keyboard.press("Home");
  assert.deepEqual(await dates(page), Array(4).fill("2022-10-01"));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("PageDown");
  assert.deepEqual(await dates(page), Array(4).fill("2022-10-09"));
  assert.match(
    (await texts(page, "#said")).join(),
    /^2022-10-09\. 410: transactions \d+, .*accounts \d+/,
  );
  for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowRight");
  assert.match((await texts(page, "#said")).join(), /2022-10-12/);
  await page.keyboard.press("Enter");
  assert.equal(await hashOf(page), "#from=2022-10-09&to=2022-10-12");
  await page.keyboard.press("Escape");
  assert.equal(await hashOf(page), "");
  // Whatever is to be done can be reached.
  await page.getByLabel("From", { exact: true }).focus();
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate(`document.activeElement.id === "mart-csv"`)) break;
    await page.keyboard.press("Tab");
  }
  assert.equal(await page.evaluate("document.activeElement.id"), "mart-csv");
  assert.deepEqual(errors, []);
});

browserTest(
  "the table is sorted, downloaded as report --format csv, and paged beyond 500 rows",
  async (open) => {
    const made: MadeMart = { first: "2022-01-01", days: 126, currencies: [410, 420, 430, 999] };
    const facts = madeFacts(made);
    const { page, errors, requests } = await open(await written(facts));
    const download = async () => {
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.locator("#mart-csv").click(),
      ]);
      assert.equal(file.suggestedFilename(), "finpipe-mart-2022-01-01-2022-05-06.csv");
      return await Deno.readTextFile((await file.path())!);
    };
    const csv = await csvText(facts);
    assert.equal(await download(), csv);
    assert.equal(await page.locator("#mart-count").textContent(), "Rows 1 to 500 of 504 rows");
    await page.getByRole("button", { name: "Next" }).click();
    assert.equal(await page.locator("#mart tbody tr").count(), 4);

    await page.getByRole("button", { name: "Amount, USD" }).click();
    await page.locator("#mart th[aria-sort=ascending]").waitFor();
    await page.getByRole("button", { name: "Amount, USD" }).click();
    await page.locator("#mart th[aria-sort=descending]").waitFor();
    assert.equal(await hashOf(page), "#sort=amount_total-down");
    const sorted = (await download()).split("\n").slice(1, -1).map((line) =>
      Number(line.split(",")[2])
    );
    assert.deepEqual(sorted, sorted.toSorted((one, other) => other - one));
    await page.getByLabel("To", { exact: true }).fill("2022-05-05");
    await page.getByText("500 rows", { exact: true }).waitFor();
    assert.equal(await page.locator("#mart tbody tr").count(), 500);
    assert.equal(await page.locator("#mart-pages button").count(), 0);
    assert.deepEqual([errors, requests.filter((url) => !url.startsWith("blob:"))], [[], []]);
  },
);

browserTest("numbers are the reader's, in every digit", async (open) => {
  const facts = madeFacts({ first: "2022-10-01", days: 1, currencies: [430] });
  const huge = { ...facts.rows[0]!, amount_total: "-123456789012345678901234567890123456.78" };
  const { page } = await open(await written({ ...facts, rows: [huge] }), { locale: "de-DE" });
  const [cell] = await texts(page, "#mart tbody td:nth-child(3)");
  assert.equal(cell, "-123.456.789.012.345.678.901.234.567.890.123.456,78");
  assert.equal((await texts(page, ".figure"))[3], cell);
});

browserTest(
  "the page is dark where the reader's system is, also when that changes, and light on paper",
  async (open) => {
    const { page, errors } = await open(await written(), { scheme: "dark" });
    const background = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
    assert.deepEqual(await drawn(page, DARK_LINE), EVERY);
    assert.equal(await background(), "rgb(28, 27, 26)");
    await page.emulateMedia({ colorScheme: "light" });
    await page.waitForFunction(
      `getComputedStyle(document.body).backgroundColor === "rgb(250, 250, 249)"`,
    );
    assert.deepEqual(await drawn(page, LINES[0]!), EVERY);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.evaluate(`addEventListener("beforeprint", () => {
    requestAnimationFrame(() => {});
    globalThis.printed = [...document.querySelectorAll(".plot canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 200 && data[i] < 8 && Math.abs(data[i + 1] - 114) < 8) return true;
      }
      return false;
    });
  })`);
    const pdf = await page.pdf();
    assert.equal(new TextDecoder().decode(pdf.subarray(0, 5)), "%PDF-");
    assert.ok(pdf.length > 20_000, `${pdf.length} bytes`);
    assert.deepEqual(await page.evaluate("globalThis.printed"), EVERY);
    assert.deepEqual(await drawn(page, DARK_LINE), EVERY, "as before, once it is printed");
    assert.deepEqual(errors, []);
  },
);

browserTest(
  "on a phone nothing is wider than the screen, and a finger moves the cursor",
  async (open) => {
    const { page, errors } = await open(await written(), {
      width: 390,
      height: 844,
      hasTouch: true,
    });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
    assert.deepEqual(await drawn(page, LINES[0]!), EVERY);
    const lefts = await page.evaluate(
      `[...document.querySelectorAll(".chart")].map((chart) => chart.getBoundingClientRect().left)`,
    );
    assert.equal(new Set(lefts as number[]).size, 1, "one below the other");
    const over = page.locator("#chart-amount .u-over");
    await over.scrollIntoViewIfNeeded();
    const { x, y } = (await over.boundingBox())!;
    await page.touchscreen.tap(x + 1, y + 50);
    assert.deepEqual(await dates(page), Array(4).fill("2022-10-01"));
    assert.deepEqual(errors, []);
  },
);

browserTest("the charts follow the width of the window", async (open) => {
  const { page } = await open(await written(), { width: 1280 });
  const width = () => page.evaluate(`document.querySelector("#chart-amount canvas").offsetWidth`);
  const wide = await width() as number;
  await page.setViewportSize({ width: 900, height: 800 });
  await page.waitForFunction(
    `document.querySelector("#chart-amount canvas").offsetWidth < ${wide}`,
  );
  assert.ok((await page.evaluate("document.documentElement.scrollWidth") as number) <= 900);
});

for (
  const options of [
    { width: 1280, scheme: "light" },
    { width: 390, scheme: "dark" },
  ] satisfies ContextOptions[]
) {
  browserTest(
    `axe finds nothing serious (${options.width} px, ${options.scheme})`,
    async (open) => {
      const { page } = await open(await written(), options);
      for (const details of await page.locator("details").all()) {
        await details.locator("summary").click();
      }
      await page.evaluate(axe.source);
      const violations: string[] = await page.evaluate(`axe.run().then(({ violations }) =>
      violations.map(({ id, impact, nodes }) => id + " (" + impact + "): " + nodes[0].html.slice(0, 200)))`);
      assert.deepEqual(violations, []);
    },
  );
}

browserTest("hostile texts stay texts", async (open) => {
  const hostile = { madeBy: HOSTILE.join(" ") };
  const { page, errors, requests } = await open(await written({ ...FACTS, ...hostile }));
  await page.locator("summary", { hasText: "Builds and loads" }).click();
  assert.equal(await page.evaluate("globalThis.hit"), undefined);
  assert.equal(await page.locator("body img, body iframe, main script").count(), 0);
  const [cell] = await texts(page, "#origins tbody td:nth-of-type(3)");
  for (const text of HOSTILE) assert.ok(cell!.includes(JSON.stringify(text)), text);
  assert.ok((await texts(page, "#made")).join().includes(HOSTILE[0]));
  assert.deepEqual([errors, requests], [[], []]);
});

browserTest("what each day was made from is told, and downloaded whole", async (open) => {
  const { page } = await open(await written());
  assert.match(
    (await texts(page, "#built")).join(),
    /^56 days of this view were built from 2027-01-02 03:04:05 UTC/,
  );
  await page.locator("summary", { hasText: "Builds and loads" }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("#origins-csv").click(),
  ]);
  const csv = await Deno.readTextFile((await file.path())!);
  assert.match(csv, /^date,built_at,built_by,counted,transactions_rows,transactions_sha256/);
  const { sha256 } = FACTS.days[0]!.loads.transactions!;
  assert.match(csv, new RegExp(`\n2022-10-01,2027-01-02 03:04:05 UTC,[^]*?,5000,${sha256},`));
});

browserTest("the table of a chart has its figures, and says where there are none", async (open) => {
  const { page } = await open(`${await written()}#from=2022-10-10&to=2022-10-24`);
  await page.locator("#details-accounts summary").click();
  const rows = await texts(page, "#table-accounts tbody tr");
  assert.match(rows[0]!, /^2022-10-10\d+/);
  assert.match(rows[1]!, /left out$/);
  assert.match(rows[11]!, /^2022-10-21––––$/);
});

browserTest("an empty mart gives a page that says so", async (open) => {
  const empty = madeFacts({ first: "2022-10-01", days: 0, currencies: [] });
  const { page, errors } = await open(await written(empty));
  assert.equal(await page.locator("#nothing").textContent(), "The mart has no rows");
  assert.equal(await page.locator(".charts").isVisible(), false);
  assert.deepEqual(errors, []);
});
