/** The page that `serve` shows, in a real browser: a mart that changes is seen without a reload. */
import assert from "node:assert/strict";
import { answersOf, type Shown } from "../../lib/looking/answers.ts";
import { MartBoard } from "../../lib/looking/mart_board.ts";
import { packPage } from "../../lib/rendering/mart/page/pack.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { startHttpServer } from "../../lib/runtime/http_server.ts";
import { browserTests } from "../support/page/browser.ts";
import { madeFacts } from "../support/page/facts.ts";

const browserTest = browserTests();

function shown(days: number): Shown {
  const facts = madeFacts({ first: "2022-10-01", days, currencies: [410, 430] });
  return { rows: facts.rows, data: packPage(facts) };
}

browserTest("a mart that changes is seen without a reload, in the same view", async (open) => {
  let now: Shown | undefined = shown(550);
  let version = 0;
  const board = new MartBoard<Shown>({
    read: () => now === undefined ? Promise.reject(away) : Promise.resolve(now),
    versionOf: () => `${version++}`,
    now: () => Temporal.Instant.from("2026-01-01T00:00:00Z"),
    interval: 0,
    onTrouble: () => {},
    onRecovered: () => {},
  });
  const away = new FinpipeError("unreachable", "Gone");
  await using server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    option: "--port",
    what: "the mart",
    answer: answersOf({ board, empty: () => shown(0).data, hosts: ["localhost"] }),
  });
  const { page, errors, requests } = await open(`http://localhost:${server.port}/#currencies=430`);
  await page.clock.install();
  await page.reload();
  await page.getByText("Live, as of 2026-01-01 00:00:00 UTC.").waitFor();
  await page.locator("#mart-count", { hasText: "Rows 1 to 500 of 550 rows" }).waitFor();
  const steps = page.getByRole("link", { name: "Steps by date" });
  assert.equal(await steps.getAttribute("href"), "/status");
  await page.evaluate("globalThis.loaded = 1");
  // Where the reader is: on the last page of both tables, each in an order of his own, and scrolled.
  const sort = page.getByRole("button", { name: "Amount, USD" });
  await sort.click();
  await page.locator("#mart-pages").getByRole("button", { name: "Next" }).click();
  await page.locator("summary", { hasText: "Builds and loads" }).click();
  await page.getByRole("button", { name: "Rows of transactions" }).click();
  await page.locator("#origins-pages").getByRole("button", { name: "Next" }).click();
  const scrolled = `[scrollY, ...["mart", "origins"].map((id) =>
    document.getElementById(id).parentElement.scrollTop)]`;
  await page.evaluate(`document.getElementById("mart").parentElement.scrollTop = 30`);
  await page.evaluate(`document.getElementById("origins").parentElement.scrollTop = 40`);
  await page.evaluate("scrollTo(0, 120)");

  /** The mart is another, and the page has seen it. */
  const change = async (days: number) => {
    now = shown(days);
    await page.clock.runFor(6000);
    await page.locator("#mart-count", { hasText: `Rows 501 to ${days} of ${days} rows` }).waitFor();
    await page.locator("#origins-count", { hasText: `Rows 501 to ${days} of ${days} rows` })
      .waitFor();
    assert.equal(await page.evaluate("location.hash"), "#currencies=430&sort=amount_total-up");
    assert.equal(await page.locator("#mart th[aria-sort=ascending]").textContent(), "Amount, USD");
    assert.equal(
      await page.locator("#origins th[aria-sort=ascending]").textContent(),
      "Rows of transactions",
    );
    assert.deepEqual(await page.evaluate(scrolled), [120, 30, 40]);
    assert.equal(await page.locator("#date-accounts").textContent(), "2022-10-01", "the cursor");
  };
  const box = page.getByRole("checkbox", { name: "410" });
  const from = page.getByLabel("From", { exact: true });
  const focus = (locator: typeof box) =>
    locator.evaluate((element) => element.focus({ preventScroll: true }));
  const hasFocus = (locator: typeof box) =>
    locator.evaluate((element) => element.matches(":focus"));

  await focus(page.locator("#chart-accounts"));
  await page.keyboard.press("Home");
  await focus(box);
  await change(552);
  assert.ok(await hasFocus(box));
  assert.equal(await box.isChecked(), false);
  await focus(sort);
  await change(554);
  assert.ok(await hasFocus(sort));
  const previous = page.locator("#mart-pages").getByRole("button", { name: "Previous" });
  await focus(previous);
  await change(556);
  assert.ok(await hasFocus(previous));
  await focus(from);
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await change(558);
  assert.ok(await hasFocus(from));
  assert.equal(await from.inputValue(), "2022-10-0", "what is being typed stays");
  await page.keyboard.type("9");
  await change(559);
  assert.equal(await from.inputValue(), "2022-10-09", "a whole date, too, until it is entered");
  await page.keyboard.press("Enter");
  await page.locator("#mart-count", { hasText: "551 rows" }).waitFor();
  assert.equal(await page.evaluate("globalThis.loaded"), 1, "not loaded again");

  // Nothing moves below a mouse that chooses days.
  const asked = () => requests.filter((url) => url.endsWith("/api/page.json")).length;
  const before = asked();
  await page.locator("#chart-transactions").hover();
  await page.mouse.down();
  now = shown(560);
  for (let question = 0; question < 2; question++) {
    const state = page.waitForResponse("**/api/state.json");
    await page.clock.runFor(6000);
    await state;
  }
  assert.equal(asked(), before);
  await page.mouse.up();
  await page.clock.runFor(6000);
  await page.locator("#mart-count", { hasText: "552 rows" }).waitFor();

  // Days that are being chosen by keyboard stay chosen.
  const chosen = () =>
    page.locator("#chart-accounts .u-select").evaluate((one) => Math.round(one.clientWidth));
  await page.locator("#chart-accounts").focus();
  for (const key of ["Home", "Shift+PageDown", "Shift+PageDown"]) await page.keyboard.press(key);
  const width = await chosen();
  assert.ok(width > 0);
  now = shown(561);
  await page.clock.runFor(6000);
  await page.locator("#mart-count", { hasText: "553 rows" }).waitFor();
  assert.ok(Math.abs(await chosen() - width) <= 1);
  await page.keyboard.press("Enter");
  assert.match(await page.evaluate("location.hash"), /^#from=2022-10-09&to=2022-10-23&/);
  await page.keyboard.press("Escape");

  // Data that only a newer page can read brings that page.
  const { rows, data } = shown(562);
  now = { rows, data: { ...data, format: 2 } };
  await page.clock.runFor(6000);
  await page.locator("#mart-count", { hasText: "562 rows" }).waitFor();
  assert.equal(await page.evaluate("globalThis.loaded"), undefined);
  await page.getByText("Live, as of").waitFor();

  now = undefined;
  await page.clock.runFor(6000);
  await page.getByText(
    "The warehouse has not answered since 2026-01-01 00:00:00 UTC. Shown is what it had before.",
  ).waitFor();
  assert.equal(await page.locator("#mart-count", { hasText: "562 rows" }).isVisible(), true);
  assert.deepEqual(errors, []);
  await server[Symbol.asyncDispose]();
  await page.clock.runFor(6000);
  await page.getByText(/^The server has not answered since .*: this is what it showed last/)
    .waitFor();
});
