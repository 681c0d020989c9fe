/** The page of the mart in a real browser. A page takes a second to open: a test does all that it can with one. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import axe from "axe-core";
import { csvReport } from "../../lib/rendering/mart/csv.ts";
import { packPage, type PageFacts } from "../../lib/rendering/mart/page/pack.ts";
import { pageHtml } from "../../lib/rendering/mart/page/page.ts";
import { printable } from "../../lib/runtime/printable.ts";
import { browserTests } from "../support/page/browser.ts";
import { madeFacts, type MadeMart } from "../support/page/facts.ts";
import { HOSTILE } from "../support/page/hostile.ts";
import {
  crossedHoles,
  DARK_LINE,
  drawn,
  EVERY,
  LINES,
  NONE,
  pictures,
  STALE,
} from "../support/page/pixels.ts";
import { until } from "../support/until.ts";

const browserTest = browserTests();
const METRICS = ["transactions", "average", "accounts", "amount"];

const ALL_KINDS: MadeMart = {
  first: "2022-10-01",
  days: 60,
  currencies: [410, 420, 430, 999],
  unknown: [20, 21, 22],
  unbuilt: [30],
  stale: [40],
  leftOut: { 999: [10, 11] },
  types: HOSTILE,
  version: HOSTILE[0],
};
/** Sixty days with all that can be said of days, and texts that mean no good. */
const FACTS: PageFacts = { ...madeFacts(ALL_KINDS), madeBy: HOSTILE.join(" ") };
/** The same in ten days: what looks at each element has less to do. */
const FEW = madeFacts({
  ...ALL_KINDS,
  days: 10,
  unknown: [2],
  unbuilt: [4],
  stale: [6],
  leftOut: { 999: [8] },
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

const hashOf = (page: Page): Promise<string> => page.evaluate("location.hash");
const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();
const textOf = async (page: Page, selector: string) => (await texts(page, selector)).join();
const dates = (page: Page) => texts(page, ".chart-date");
const dateInput = (page: Page, name: "From" | "To") => page.getByLabel(name, { exact: true });

/** Of each chart, how many pixels its cursor's line is from the first dot on it. */
const farFromDots = (page: Page): Promise<number[]> =>
  page.evaluate(`[...document.querySelectorAll(".u-over")].map((over) => {
    const at = (element) => new DOMMatrix(getComputedStyle(element).transform).e;
    const dots = [...over.querySelectorAll(".u-cursor-pt")].map(at).filter((left) => left > 0);
    return dots[0] - at(over.querySelector(".u-cursor-x"));
  })`);

/** What a click on a button downloads. */
async function downloaded(page: Page, selector: string): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(selector).click(),
  ]);
  return { name: file.suggestedFilename(), text: await Deno.readTextFile((await file.path())!) };
}

browserTest(
  "the page draws four charts, says all that is known, asks for nothing, and lets texts be texts",
  async (open) => {
    const { page, errors, requests } = await open(await written());
    for (const line of LINES) assert.deepEqual(await drawn(page, line), EVERY, line);
    assert.deepEqual(await drawn(page, STALE), EVERY);
    for (const { hatched, crossed } of await crossedHoles(page)) {
      assert.ok(hatched > 20, `${hatched} columns are hatched`);
      assert.equal(crossed, 0, "no line goes over a hole");
    }
    assert.deepEqual(await dates(page), Array(4).fill("2022-11-29"));
    const shown = await texts(page, "#mart tbody tr:first-child > *");
    assert.deepEqual(shown.slice(0, 2), ["2022-10-01", "410"]);
    assert.deepEqual(await texts(page, "#mart tbody tr:nth-child(2) > :nth-child(2)"), ["420 USD"]);
    const holes = await textOf(page, "#holes");
    assert.match(holes, /2022-10-21 to 2022-10-23 \(3 days\): never loaded/);
    assert.match(holes, /2022-10-31: loaded, but not built/);
    assert.match(
      await textOf(page, "#left-out"),
      /Currency 999, 2022-10-11 to 2022-10-12: no dollar rate.*6 counted/,
    );
    assert.match(await textOf(page, "#stale"), /2022-11-10: built from another load/);
    assert.match(
      await textOf(page, "#trend-transactions"),
      /2022-10-01 to 2022-11-29 \(60 days\): 420 USD .*at the most 548 on 2022-10-19/,
    );
    assert.match(
      (await texts(page, ".change")).join("|"),
      /^[\d,.]+ a day\|on 56 days with a mart\|on 56 days with a mart\|[\d,.]+ a day$/,
    );
    assert.match(await textOf(page, "#built"), /^56 days of this view were built from 2027-01-02/);

    await page.locator("summary", { hasText: "Builds and loads" }).click();
    assert.equal(await page.evaluate("globalThis.hit"), undefined);
    assert.equal(await page.locator("body img, body iframe, main script").count(), 0);
    const [cell] = await texts(page, "#origins tbody td:nth-of-type(3)");
    for (const text of HOSTILE) assert.ok(cell!.includes(printable(JSON.stringify(text))), text);
    assert.ok((await textOf(page, "#made")).includes(HOSTILE[0]));
    const origins = await downloaded(page, "#origins-csv");
    assert.match(origins.text, /^date,built_at,built_by,counted,transactions_rows,transactions_/);
    const { sha256 } = FACTS.days[0]!.loads.transactions!;
    assert.match(
      origins.text,
      new RegExp(`\n2022-10-01,2027-01-02 03:04:05 UTC,[^]*?,5000,${sha256},`),
    );
    assert.deepEqual([errors, requests.filter((url) => !url.startsWith("blob:"))], [[], []]);
  },
);

/** What the rows of some days are in sum, maybe without a currency. */
function sumsOf(from: string, to: string, without?: string) {
  const rows = FACTS.rows.filter(({ date_update, currency_from }) =>
    date_update >= from && date_update <= to && currency_from !== without
  );
  const sum = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    transactions: sum(rows.map((row) => Number(row.cnt_transactions))),
    cents: sum(rows.map((row) => Number(row.amount_total.replace(".", "")))),
  };
}

browserTest(
  "filters of currencies and days move all charts, and are kept in the URL",
  async (open) => {
    const { page, errors } = await open(await written());
    const whole = await pictures(page);
    await page.getByRole("checkbox", { name: "430" }).uncheck();
    assert.deepEqual(await drawn(page, LINES[2]!), NONE);
    assert.deepEqual(await drawn(page, LINES[1]!), EVERY);
    assert.equal(await hashOf(page), "#currencies=410,420,999");
    await dateInput(page, "From").fill("2022-11-01");
    await dateInput(page, "To").fill("2022-11-10");
    await page.keyboard.press("Enter");
    assert.equal(await hashOf(page), "#from=2022-11-01&to=2022-11-10&currencies=410,420,999");
    await page.getByText("30 rows", { exact: true }).waitFor();
    assert.match(
      await textOf(page, "#compared"),
      /No comparison of .* with 2022-10-22 to 2022-10-31: 3 days of both have no mart/,
    );
    const [transactions, , , amount] = await texts(page, ".figure");
    const sums = sumsOf("2022-11-01", "2022-11-10", "430");
    assert.equal(transactions, sums.transactions.toLocaleString("en-US"));
    assert.equal(amount, (sums.cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 }));
    const filtered = await pictures(page);
    for (let i = 0; i < 4; i++) assert.notEqual(filtered[i], whole[i]);

    // The same view, sent on.
    const other = await open(page.url());
    assert.equal(await dateInput(other.page, "From").inputValue(), "2022-11-01");
    assert.equal(await other.page.getByRole("checkbox", { name: "430" }).isChecked(), false);
    assert.deepEqual(await pictures(other.page), filtered);
    await other.page.evaluate(`location.hash = "from=2022-11-11&to=2022-11-20"`);
    await other.page.getByText("40 rows", { exact: true }).waitFor();
    assert.match(
      await textOf(other.page, "#compared"),
      /^Compared with the 10 days before: 2022-11-01 to 2022-11-10/,
    );
    const compared = async (fragment: string) => {
      await other.page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
      await until(async () => await hashOf(other.page) === `#${fragment}`);
      return await textOf(other.page, "#compared");
    };
    const fiveDays = "from=2022-10-10&to=2022-10-14";
    assert.equal(
      await compared(fiveDays),
      "No comparison of 2022-10-10 to 2022-10-14 with 2022-10-05 to 2022-10-09: currency 999 was " +
        "left out on 2 days of both.",
    );
    assert.match(await compared(`${fiveDays}&currencies=410,430`), /^Compared with the 5 days/);
    await compared("from=2022-11-11&to=2022-11-20");
    const changes = await texts(other.page, ".change");
    assert.match(changes.join(" "), /^(([▲▼] [+-]|= )[\d.]+% ?){4}$/);
    const [then, now] = [sumsOf("2022-11-01", "2022-11-10"), sumsOf("2022-11-11", "2022-11-20")];
    const change = now.transactions / then.transactions - 1;
    const percent = `${Math.abs(change * 100).toFixed(1).replace(/\.0$/, "")}%`;
    assert.equal(changes[0], change > 0 ? `▲ +${percent}` : `▼ -${percent}`);
    await other.page.locator("#details-accounts summary").click();
    await other.page.evaluate(`location.hash = "from=2022-10-10&to=2022-10-24"`);
    await other.page.locator("#table-accounts th", { hasText: "2022-10-21" }).waitFor();
    const rows = await texts(other.page, "#table-accounts tbody tr");
    assert.match(rows[0]!, /^2022-10-10\d+/);
    assert.match(rows[1]!, /left out$/);
    assert.match(rows[11]!, /^2022-10-21––––$/);
    await other.page.getByRole("button", { name: "Show everything" }).click();
    assert.equal(await hashOf(other.page), "");
    await other.page.getByRole("button", { name: "None" }).click();
    assert.deepEqual(await drawn(other.page, LINES[0]!), NONE);
    assert.deepEqual([errors, other.errors], [[], []]);
  },
);

browserTest(
  "one cursor shows all charts at one date; dragging over days in any shows them in all",
  async (open) => {
    const { page, errors } = await open(await written());
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
    assert.deepEqual(await farFromDots(page), Array(4).fill(0), "the line is where its dots are");
    // The cursor stays at its date while others of the view's parts change, and leaves with its date.
    const first = page.getByRole("checkbox", { name: "410" });
    await page.locator("#chart-average").focus();
    await page.keyboard.press("ArrowRight");
    const [next] = await dates(page);
    await first.press("Space");
    assert.deepEqual(await dates(page), Array(4).fill(next));
    assert.deepEqual(await farFromDots(page), Array(4).fill(0));
    await first.press("Space");
    await page.getByRole("button", { name: "30 days" }).press("Enter");
    assert.deepEqual(await dates(page), Array(4).fill("2022-11-29"));
    assert.equal(await page.locator(".u-cursor-x:visible").count(), 0);
    await page.getByRole("button", { name: "All days" }).press("Enter");

    await page.mouse.move(0, 0);
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
    const width = () => page.evaluate(`document.querySelector("#chart-amount canvas").offsetWidth`);
    const wide = await width() as number;
    await page.setViewportSize({ width: 900, height: 800 });
    await until(async () => (await width() as number) < wide);
    assert.ok((await page.evaluate("document.documentElement.scrollWidth") as number) <= 900);
    assert.deepEqual(errors, []);
  },
);

browserTest("the charts, the dates and the table are used by keyboard", async (open) => {
  const { page, errors } = await open(await written());
  await page.locator("#chart-accounts").focus();
  await page.keyboard.press("Home");
  assert.deepEqual(await dates(page), Array(4).fill("2022-10-01"));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("PageDown");
  assert.deepEqual(await dates(page), Array(4).fill("2022-10-09"));
  assert.match(
    await textOf(page, "#said"),
    /^2022-10-09\. 410: transactions \d+, .*accounts \d+/,
  );
  const told = page.locator(".charts").getByRole("status");
  assert.equal(await told.count(), 0, "a screen reader is told of a step once, by #said");
  const choose = async () => {
    for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowRight");
  };
  const chosen = () => page.locator("#chart-amount .u-select").evaluate((one) => one.offsetWidth);
  await choose();
  assert.equal(
    await textOf(page, "#said"),
    "Chosen: 2022-10-09 to 2022-10-12. Enter shows them alone.",
  );
  // A choice ends with Escape, a step without Shift, or other days: nothing of it is seen, nor entered.
  for (
    const end of [
      () => page.keyboard.press("Escape"),
      () => page.keyboard.press("ArrowRight"),
      () => page.evaluate(`location.hash = "from=2022-10-05"`),
    ]
  ) {
    assert.ok(await chosen() > 0);
    await end();
    await until(async () => await chosen() === 0);
    const before = await hashOf(page);
    await page.keyboard.press("Enter");
    assert.equal(await hashOf(page), before);
    await choose();
  }
  await page.evaluate(`location.hash = "currencies=430"`);
  await page.locator("#mart-count", { hasText: "56 rows" }).waitFor();
  await page.keyboard.press("Home");
  await choose();
  await page.keyboard.press("Enter");
  assert.equal(await hashOf(page), "#to=2022-10-04&currencies=430");
  assert.equal(await textOf(page, "#said"), "Shown: 2022-10-01 to 2022-10-04, currencies 430.");
  await page.keyboard.press("Escape");
  assert.equal(await hashOf(page), "#currencies=430", "all days, as a double-click does");
  // A view within a hole has no date to stand at, and is left like any other.
  await page.evaluate(`location.hash = "from=2022-10-22&to=2022-10-23"`);
  await page.locator("#mart-count", { hasText: /^0 rows/ }).waitFor();
  await page.keyboard.press("Home");
  await page.locator("#chart-accounts .u-over")
    .dispatchEvent("pointerdown", { pointerType: "touch", clientX: 400 });
  assert.deepEqual(await dates(page), Array(4).fill(""));
  await page.keyboard.press("Escape");
  assert.equal(await hashOf(page), "");
  await page.locator("#mart-count", { hasText: /2\d\d rows/ }).waitFor();

  const from = dateInput(page, "From");
  await from.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Enter");
  assert.equal(await from.getAttribute("aria-invalid"), "true");
  assert.equal(await hashOf(page), "", "what is no date changes nothing");
  await page.keyboard.type("8");
  assert.equal(await from.getAttribute("aria-invalid"), "false");
  await page.keyboard.press("Enter");
  assert.equal(await hashOf(page), "#from=2022-10-08");
  // A date before the first one is the first one.
  await from.fill("2021-01-01");
  await page.keyboard.press("Enter");
  assert.deepEqual([await from.inputValue(), await hashOf(page)], ["2022-10-01", ""]);
  // The browser's calendar, which tests cannot see: what it opens on, and what it picks.
  const calendar = page.locator("#to-calendar");
  await page.getByRole("button", { name: "To: pick in a calendar" }).click();
  assert.equal(await calendar.inputValue(), "2022-11-29");
  await page.keyboard.press("Escape");
  await calendar.fill("2022-11-20");
  assert.equal(await hashOf(page), "#to=2022-11-20");

  // Whatever is to be done can be reached.
  await from.focus();
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
    assert.match(
      (await texts(page, ".change")).join("|"),
      /^([▲▼=] [+-]?[\d.]+% in the last 63 days\|?){4}$/,
    );
    assert.match(
      await textOf(page, "#compared"),
      /^Changes are those of 2022-03-05 to 2022-05-06 from 2022-01-01 to 2022-03-04, as the page/,
    );
    const name = "finpipe-mart-2022-01-01-2022-05-06.csv";
    assert.deepEqual(await downloaded(page, "#mart-csv"), { name, text: await csvText(facts) });
    assert.equal(await page.locator("#mart-count").textContent(), "Rows 1 to 500 of 504 rows");
    await page.getByRole("button", { name: "Next" }).focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#mart tbody tr").count(), 4);
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Previous");

    await page.getByRole("button", { name: "Amount, USD" }).click();
    await page.locator("#mart th[aria-sort=ascending]").waitFor();
    await page.getByRole("button", { name: "Amount, USD" }).click();
    await page.locator("#mart th[aria-sort=descending]").waitFor();
    assert.equal(await hashOf(page), "#sort=amount_total-down");
    const [first] = await texts(page, "#mart tbody tr:first-child td:nth-of-type(2)");
    const sorted = (await downloaded(page, "#mart-csv")).text.split("\n").slice(1, -1)
      .map((line) => Number(line.split(",")[2]));
    assert.deepEqual(sorted, sorted.toSorted((one, other) => other - one));
    assert.equal(Number(first!.replaceAll(",", "")), sorted[0]);
    await dateInput(page, "To").fill("2022-05-05");
    await page.keyboard.press("Enter");
    await page.getByText("500 rows", { exact: true }).waitFor();
    assert.equal(await page.locator("#mart tbody tr").count(), 500);
    assert.equal(await page.locator("#mart-pages button").count(), 0);
    assert.deepEqual([errors, requests.filter((url) => !url.startsWith("blob:"))], [[], []]);
  },
);

browserTest("numbers are the reader's, in every digit; dates are ISO", async (open) => {
  const facts = madeFacts({ first: "2022-10-01", days: 1, currencies: [430] });
  const huge = { ...facts.rows[0]!, amount_total: "-123456789012345678901234567890123456.78" };
  const { page } = await open(await written({ ...facts, rows: [huge] }), { locale: "de-DE" });
  const [cell] = await texts(page, "#mart tbody td:nth-child(3)");
  assert.equal(cell, "-123.456.789.012.345.678.901.234.567.890.123.456,78");
  assert.equal((await texts(page, ".figure"))[3], cell);
  assert.equal(await dateInput(page, "From").inputValue(), "2022-10-01");
  assert.match(await textOf(page, "#span"), /^2022-10-01, 1 day, 1 currency$/);
  assert.match(await textOf(page, "#trend-accounts"), /^On 2022-10-01: 430 is \d+\.$/);
  assert.match(await textOf(page, "#compared"), /does not have the day before 2022-10-01/);
  // Swedish has another minus, which "falls by" does without.
  const falling = madeFacts({ first: "2022-10-01", days: 30, currencies: [410, 420, 430] });
  const swedish = await open(await written(falling), { locale: "sv-SE" });
  assert.match(await textOf(swedish.page, "#trend-accounts"), /430 falls by about \d/);
});

browserTest(
  "the page is dark where the reader's system is, also when that changes, and light on paper",
  async (open) => {
    const { page, errors } = await open(`${await written()}#to=2022-11-20`, { scheme: "dark" });
    const background = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
    assert.deepEqual(await drawn(page, DARK_LINE), EVERY);
    assert.equal(await background(), "rgb(28, 27, 26)");
    await page.emulateMedia({ colorScheme: "light" });
    await until(async () => await background() === "rgb(250, 250, 249)");
    assert.deepEqual(await drawn(page, LINES[0]!), EVERY);
    await page.emulateMedia({ colorScheme: "dark" });
    // Looks on paper at what has lines there, and at what a sheet has no use for.
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
    await page.emulateMedia({ media: "print" });
    assert.equal(await background(), "rgb(255, 255, 255)");
    for (const away of [".filters", ".how", "#mart-csv"]) {
      assert.equal(await page.locator(away).isVisible(), false, away);
    }
    assert.equal(await page.locator("#keys .band:visible").count(), 2, "what the bands mean");
    assert.equal(
      await page.locator("#view").innerText(),
      "Shown: 2022-10-01 to 2022-11-20, all currencies.",
    );
    const sizes = await page.evaluate(`[...document.querySelectorAll(".plot")].map((plot) => {
      const canvas = plot.querySelector("canvas");
      canvas.style.width = "300px";
      return plot.clientWidth - canvas.clientWidth;
    })`);
    assert.deepEqual(sizes, [0, 0, 0, 0], "as wide as the paper");
    const scroll = page.locator("#mart").locator("..");
    assert.equal(await scroll.evaluate((box) => box.scrollHeight - box.clientHeight), 0);
    assert.deepEqual(errors, []);
  },
);

/** Breaches of the rules of accessibility, in all that the page can show. */
async function breaches(page: Page): Promise<string[]> {
  await page.evaluate(`document.querySelectorAll("details").forEach((one) => one.open = true)`);
  await page.locator("#table-amount tbody tr").first().waitFor();
  await page.evaluate(axe.source);
  return await page.evaluate(`axe.run().then(({ violations }) =>
    violations.map(({ id, impact, nodes }) => id + " (" + impact + "): " + nodes[0].html.slice(0, 200)))`);
}

browserTest(
  "on a phone nothing is wider than the screen, a finger moves the cursor, and axe finds nothing",
  async (open) => {
    const { page, context, errors } = await open(await written(FEW), {
      width: 390,
      height: 844,
      hasTouch: true,
      scheme: "dark",
    });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
    assert.match(await page.locator("#keys").innerText(), /^A finger moves the cursor/);
    assert.deepEqual(await drawn(page, DARK_LINE), EVERY);
    const lefts = await page.evaluate(
      `[...document.querySelectorAll(".chart")].map((chart) => chart.getBoundingClientRect().left)`,
    );
    assert.equal(new Set(lefts as number[]).size, 1, "one below the other");
    const over = page.locator("#chart-amount .u-over");
    await over.scrollIntoViewIfNeeded();
    const { x, y, width } = (await over.boundingBox())!;
    const finger = await context.newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", share?: number) => {
      const touchPoints = share === undefined ? [] : [{ x: x + width * share, y: y + 50 }];
      return finger.send("Input.dispatchTouchEvent", { type, touchPoints });
    };
    // The browser hands on moves with its next frame.
    const untilDate = (date: string) =>
      until(async () => (await dates(page)).every((shown) => shown === date));
    await touch("touchStart", 0.03);
    await untilDate("2022-10-01");
    await touch("touchMove", 0.5);
    await touch("touchMove", 0.97);
    await untilDate("2022-10-10");
    await touch("touchEnd");
    assert.equal(await hashOf(page), "", "a finger chooses no days");
    assert.deepEqual(await breaches(page), []);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
    assert.deepEqual(errors, []);
  },
);

browserTest("axe finds nothing on a wide, light screen", async (open) => {
  const { page } = await open(await written(FEW));
  assert.deepEqual(await breaches(page), []);
  // No rule of axe: whatever takes the focus says what it is.
  const nameless =
    '[tabindex="0"]:not([aria-label], [aria-labelledby]), [role]:not([aria-label], [aria-labelledby])';
  assert.deepEqual(
    await page.locator(nameless).evaluateAll((all) => all.map(({ outerHTML }) => outerHTML)),
    [],
  );
});

browserTest("an empty mart gives a page that says so", async (open) => {
  const empty = madeFacts({ first: "2022-10-01", days: 0, currencies: [] });
  const { page, errors } = await open(await written(empty));
  assert.equal(await page.locator("#nothing").textContent(), "The mart has no rows");
  assert.equal(await page.locator(".charts").isVisible(), false);
  assert.deepEqual(errors, []);
});

browserTest("days that are not built have no figures, not even zeros", async (open) => {
  const days = { first: "2022-10-01", days: 3, currencies: [], unbuilt: [0, 1, 2] };
  const { page, errors } = await open(await written(madeFacts(days)));
  assert.deepEqual(await texts(page, ".figure"), Array(4).fill("–"));
  assert.match(await textOf(page, "#trend-amount"), /there are no figures\.$/);
  const left = await page.locator("#chart-amount .u-over").evaluate((over) => over.offsetLeft);
  assert.ok(left > 40, "the first date is not cut");
  assert.deepEqual(errors, []);
});

browserTest("nothing is compared with days of which nothing was counted", async (open) => {
  const leftOut = { 430: [0, 1] };
  const days = { first: "2022-10-01", days: 2, currencies: [430], leftOut };
  const { page } = await open(await written(madeFacts(days)));
  assert.equal(
    await textOf(page, "#compared"),
    "No comparison with 2022-10-01: nothing was counted then.",
  );
});
