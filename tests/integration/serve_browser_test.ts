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
  let now: Shown | undefined = shown(10);
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
  const { page, errors } = await open(`http://localhost:${server.port}/#currencies=430`);
  await page.clock.install();
  await page.reload();
  await page.getByText("Live, as of 2026-01-01 00:00:00 UTC.").waitFor();
  await page.locator("#mart-count", { hasText: "10 rows" }).waitFor();
  await page.evaluate("globalThis.loaded = 1");
  await page.getByRole("checkbox", { name: "410" }).focus();
  await page.evaluate("scrollTo(0, 120)");

  now = shown(12);
  await page.clock.runFor(6000);
  await page.locator("#mart-count", { hasText: "12 rows" }).waitFor();
  assert.equal(await page.evaluate("globalThis.loaded"), 1, "not loaded again");
  assert.equal(await page.evaluate("location.hash"), "#currencies=430");
  assert.equal(await page.getByRole("checkbox", { name: "410" }).isChecked(), false);
  assert.equal(await page.evaluate("document.activeElement.value"), "410");
  assert.equal(await page.evaluate("scrollY"), 120);

  now = undefined;
  await page.clock.runFor(6000);
  await page.getByText(/The warehouse has not answered since 2026-01-01 00:00:00 UTC/).waitFor();
  assert.equal(await page.locator("#mart-count", { hasText: "12 rows" }).isVisible(), true);
  assert.deepEqual(errors, []);
});
