/** The dashboard of deploy/superset in a browser: what its charts were given, and its two filters. */
import type { Page, Response } from "playwright-core";

/** The metrics of the dataset, by the column of the mart that each shows. */
export const METRICS: Readonly<Record<string, string>> = {
  transactions: "cnt_transactions",
  average_per_account: "avg_transactions_per_account",
  accounts: "cnt_accounts_make_transactions",
  amount: "amount_total",
};

/** Figures of each chart: by column of the mart, then by `day currency`. */
export type Charts = ReadonlyMap<string, ReadonlyMap<string, number>>;

export class Dashboard {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** @returns what the charts show when it opens */
  async open(url: string, user: string, password: string): Promise<Charts> {
    await this.page.goto(`${url}/login/`);
    await this.page.fill("input#username, input[name=username]", user);
    await this.page.fill("input#password, input[name=password]", password);
    await this.page.click("button[type=submit], input[type=submit]");
    await this.page.waitForURL((to) => !to.pathname.includes("/login"));
    return await this.#chartsAfter(() => this.page.goto(`${url}/superset/dashboard/finpipe/`));
  }

  /** Adds a currency to the filter. @returns what the charts show then */
  async chooseCurrency(currency: number): Promise<Charts> {
    const box = this.page.locator("#NATIVE_FILTER-currency");
    await box.locator("xpath=ancestor::div[contains(@class, 'ant-select-selector')]").click();
    await this.page.locator(".ant-select-item-option", { hasText: String(currency) }).click();
    return await this.#apply();
  }

  /** Sets the filter of dates. @returns what the charts show then */
  async chooseDates(first: string, dayAfterLast: string): Promise<Charts> {
    await this.page.locator("[data-test=time-range-trigger]").click();
    const popover = this.page.locator(".ant-popover:not(.ant-popover-hidden)").last();
    await popover.locator(".ant-select-selector").first().click();
    await this.page.locator(".ant-select-item-option", { hasText: "Advanced" }).click();
    await popover.locator("input.ant-input").nth(0).fill(first);
    await popover.locator("input.ant-input").nth(1).fill(dayAfterLast);
    await popover.locator("[data-test=date-filter-control__apply-button]").click();
    return await this.#apply();
  }

  /** Takes all filters off, which needs no "Apply". @returns what the charts show then */
  clearFilters(): Promise<Charts> {
    return this.#chartsAfter(() =>
      this.page.locator("[data-test=filter-bar__clear-button]").click()
    );
  }

  /** Waits until each of the four canvases has lines on it, that is pixels of several colours. */
  async drawn(): Promise<void> {
    await this.page.waitForFunction(`(() => {
      const canvases = [...document.querySelectorAll("canvas")];
      return canvases.length === 4 && canvases.every((canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Set();
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] > 200) colours.add((data[i] >> 5) << 6 | (data[i + 1] >> 5) << 3 | data[i + 2] >> 5);
        }
        return colours.size > 5;
      });
    })()`);
  }

  #apply(): Promise<Charts> {
    return this.#chartsAfter(() =>
      this.page.locator("[data-test=filter-bar__apply-button]").click()
    );
  }

  /** What each chart is given after an action. @throws Error where one gets nothing for two minutes */
  async #chartsAfter(act: () => Promise<unknown>): Promise<Charts> {
    const charts = new Map<string, Map<string, number>>();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const hear = async (response: Response) => {
      if (!response.url().includes("/api/v1/chart/data")) return;
      const body = await response.json();
      if (!response.ok()) throw new Error(JSON.stringify(body));
      const { metrics } = response.request().postDataJSON().queries[0];
      const column = METRICS[metrics?.[0] ?? ""];
      if (column === undefined) return; // The list of currencies.
      charts.set(column, seriesOf(body.result[0].data));
      if (charts.size === Object.keys(METRICS).length) resolve();
    };
    const listener = (response: Response) => void hear(response).catch(reject);
    this.page.on("response", listener);
    const timer = setTimeout(
      () => reject(new Error(`Of the charts only these came: ${[...charts.keys()].join(", ")}`)),
      120_000,
    );
    try {
      await Promise.all([act(), promise]);
      return charts;
    } finally {
      clearTimeout(timer);
      this.page.off("response", listener);
    }
  }
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
