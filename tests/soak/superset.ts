/**
 * The dashboard of deploy/superset in a real Apache Superset, over a mart in the Vertica test server, looked
 * at in Chromium by a user who may read the mart and nothing else: four charts that show what
 * `report --format csv` prints, with and without a filter, also after a second import.
 *
 * `--picture FILE` keeps what it looks like. The last line is `N passed, N failed`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Page, Response } from "playwright-core";
import { parse } from "csv-parse/sync";
import { openVerticaSession } from "../../lib/warehouse/vertica/connection/session.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { startBrowser } from "../support/page/browser.ts";
import { Superset } from "../support/superset/superset.ts";
import { startVerticaProcess } from "../support/vertica/process.ts";
import { verticaSettingsOf } from "../support/vertica/url.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DATES = "2022-10-01..2022-10-14";
const RUN_DATES = "2022-10-02..2022-10-15";
const FILTERED = 430;

/** The charts, by the column that each shows. */
const CHARTS: Readonly<Record<string, string>> = {
  "Transactions": "cnt_transactions",
  "Average per account": "avg_transactions_per_account",
  "Accounts": "cnt_accounts_make_transactions",
  "Amount in dollars": "amount_total",
};

/** Of `report --format csv`. */
type Row = Readonly<Record<string, string>>;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { picture: { type: "string" } } });
  try {
    await lookAtMart(values.picture);
    await say("1 passed, 0 failed");
    return 0;
  } catch (error) {
    await say(`FAILED: ${error instanceof Error ? error.stack : error}\n0 passed, 1 failed`);
    return 1;
  }
}

async function lookAtMart(picture: string | undefined): Promise<void> {
  await using vertica = await startVerticaProcess();
  const folder = await Deno.makeTempDir({ prefix: "finpipe-superset-data-" });
  await using scope = new AsyncDisposableStack();
  scope.defer(() => Deno.remove(folder, { recursive: true }));
  const reader = await makeReader(vertica.url);
  const rows = await makeMart(vertica.url, folder);
  const superset = scope.use(await Superset.create());
  const uri = `vertica+vertica_python${reader.slice("vertica".length)}`;
  const importAssets = () =>
    superset.run([join(ROOT, "deploy/superset/import.sh")], { SUPERSET_VERTICA_URI: uri });
  await importAssets();
  await importAssets();
  await superset.start();
  const browser = await startBrowser();
  scope.defer(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
  try {
    await lookAt(page, superset, rows, picture);
  } catch (error) {
    await say(await superset.log());
    throw error;
  }
}

/** Lands some days, and builds them; the mart's rows. */
async function makeMart(url: string, folder: string): Promise<Row[]> {
  const events = join(folder, "events.jsonl");
  const env = { FINPIPE_PG_URL: "embedded", FINPIPE_VERTICA_URL: url };
  const finpipe = async (...args: string[]) => {
    const result = await runCli([...args, "--work-dir", join(folder, "work"), "--quiet"], { env });
    assert.equal(result.code, 0, result.stderr);
    return result.stdout;
  };
  await finpipe("init");
  const amount = ["--dates", DATES, "--operations-per-day", "300", "--seed", "17"];
  await finpipe("emit", "--to", events, ...amount);
  await finpipe("stream", "--source", events);
  await finpipe("backfill", RUN_DATES);
  return parse(await finpipe("report", "--format", "csv"), { columns: true });
}

/** A user as sql/warehouse/vertica/grants.sql has one, before there are tables; the URL. */
async function makeReader(url: string): Promise<string> {
  const session = await openVerticaSession(await verticaSettingsOf(url), { label: "superset" });
  for (
    const statement of [
      "CREATE SCHEMA finpipe_mart",
      "CREATE ROLE mart_reader",
      "ALTER SCHEMA finpipe_mart DEFAULT INCLUDE PRIVILEGES",
      "GRANT USAGE, SELECT ON SCHEMA finpipe_mart TO mart_reader",
      "CREATE USER looker IDENTIFIED BY 'looks'",
      "GRANT mart_reader TO looker",
      "ALTER USER looker DEFAULT ROLE mart_reader",
    ]
  ) await session.query(statement);
  await session.close();
  const reader = new URL(url);
  reader.username = "looker";
  reader.password = "looks";
  return reader.href;
}

async function lookAt(
  page: Page,
  { url, user, password }: Superset,
  rows: readonly Row[],
  picture: string | undefined,
): Promise<void> {
  await page.goto(`${url}/login/`);
  await page.fill("input#username, input[name=username]", user);
  await page.fill("input#password, input[name=password]", password);
  await page.click("button[type=submit], input[type=submit]");
  await page.waitForURL((to) => !to.pathname.includes("/login"));
  const shown = await chartsAfter(page, () => page.goto(`${url}/superset/dashboard/finpipe/`));
  assertCharts(shown, rows);
  await page.waitForTimeout(2_000); // Charts are drawn with an animation.
  assert.deepEqual(await drawnCharts(page), [true, true, true, true]);
  if (picture !== undefined) await page.screenshot({ path: picture });
  await page.getByText("7 options").click();
  await page.locator(".ant-select-item-option", { hasText: String(FILTERED) }).first().click();
  const filtered = await chartsAfter(page, async () => {
    await page.locator("[data-test=filter-bar__apply-button]").click();
  });
  assertCharts(filtered, rows.filter(({ currency_from }) => Number(currency_from) === FILTERED));
}

/** What each chart was given after an action: by column, then by day and currency. */
async function chartsAfter(
  page: Page,
  act: () => Promise<unknown>,
): Promise<Map<string, Map<string, number>>> {
  const charts = new Map<string, Map<string, number>>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const hear = async (response: Response) => {
    if (!response.url().includes("/api/v1/chart/data")) return;
    const body = await response.json();
    if (!response.ok()) throw new Error(JSON.stringify(body));
    const { metrics } = response.request().postDataJSON().queries[0];
    const column = columnOf(metrics?.[0]);
    if (column === undefined) return;
    charts.set(column, seriesOf(body.result[0].data));
    if (charts.size === Object.keys(CHARTS).length) resolve();
  };
  const listener = (response: Response) => void hear(response).catch(reject);
  page.on("response", listener);
  const timer = setTimeout(() => reject(new Error("The charts never came")), 120_000);
  try {
    await act();
    await promise;
    return charts;
  } finally {
    clearTimeout(timer);
    page.off("response", listener);
  }
}

/** The metrics of the dataset, by the column that each shows. */
function columnOf(metric: string | undefined): string | undefined {
  return {
    transactions: "cnt_transactions",
    average_per_account: "avg_transactions_per_account",
    accounts: "cnt_accounts_make_transactions",
    amount: "amount_total",
  }[metric ?? ""];
}

/** Rows of a day with a column for each currency, as Superset pivots them. */
function seriesOf(data: readonly Record<string, number | null>[]): Map<string, number> {
  const series = new Map<string, number>();
  for (const { date_update: time, ...values } of data) {
    const day = new Date(time!).toISOString().slice(0, 10);
    for (const [currency, value] of Object.entries(values)) {
      if (value !== null) series.set(`${day} ${currency}`, value);
    }
  }
  return series;
}

/** The charts show these rows, and no others. */
function assertCharts(
  charts: ReadonlyMap<string, ReadonlyMap<string, number>>,
  rows: readonly Row[],
): void {
  for (const column of Object.values(CHARTS)) {
    const expected = rows.map((row) =>
      [`${row.date_update} ${row.currency_from}`, Number(row[column])] as const
    );
    assert.deepEqual([...charts.get(column)!].sort(), [...expected].sort(), column);
  }
}

/** Of each canvas: whether it has lines on it, that is pixels of several colours. */
function drawnCharts(page: Page): Promise<boolean[]> {
  return page.evaluate(`[...document.querySelectorAll("canvas")].map((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 200) colours.add((data[i] >> 5) << 6 | (data[i + 1] >> 5) << 3 | data[i + 2] >> 5);
    }
    return colours.size > 5;
  })`);
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
