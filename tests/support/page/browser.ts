/** A real Chromium for tests of pages: one a file, and a context of its own for each test. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { pathOf } from "../machine/programs.ts";
import { skippable } from "../skip.ts";

const program = await pathOf("chromium");

const missing = program === undefined
  ? "no Chromium: install Debian's package chromium"
  : undefined;

/**
 * The browser's pipes and timers are open over all tests of a file, so the sanitizers would blame the
 * test that they happen to end in.
 */
const OVER_TESTS = { sanitizeOps: false, sanitizeResources: false } as const;

export interface ContextOptions {
  width?: number;
  height?: number;
  scheme?: "light" | "dark";
  /** @default en-US */
  locale?: string;
  hasTouch?: boolean;
}

/** What a page did that it must not do: messages of the console, errors, requests. */
export interface Watched {
  page: Page;
  context: BrowserContext;
  /** Errors and warnings of the console, and uncaught errors. */
  errors: string[];
  /** What was asked for, but for the page itself. */
  requests: string[];
}

export type BrowserTest = (
  open: (url: string, options?: ContextOptions) => Promise<Watched>,
) => Promise<void>;

/** Makes the function that registers tests in a browser; called once a file, before its first test. */
export function browserTests(): (name: string, test: BrowserTest) => void {
  let browser: Promise<Browser> | undefined;
  Deno.test.afterAll(async () => {
    await (await browser)?.close();
  });
  return (name, test) => {
    const definition = skippable(name, missing, async () => {
      browser ??= startBrowser();
      await using contexts = new AsyncDisposableStack();
      const running = await browser;
      await test(async (url, options = {}) => {
        const { watched, context } = await openPage(running, url, options);
        contexts.defer(() => context.close());
        return watched;
      });
    });
    Deno.test({ ...definition, ...OVER_TESTS });
  };
}

/** Chromium refuses its sandbox to root, whom tests in a container are. */
export function startBrowser(): Promise<Browser> {
  if (program === undefined) throw new Error(missing);
  return chromium.launch({
    executablePath: program,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

async function openPage(browser: Browser, url: string, options: ContextOptions) {
  const { width = 1280, height = 900, scheme = "light", locale = "en-US", hasTouch = false } =
    options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale,
    hasTouch,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    // The tests look at pixels, which a page itself never does.
    if (message.text().startsWith("Canvas2D: Multiple readback")) return;
    if (["error", "warning"].includes(message.type())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(`${error}`));
  page.on("request", (request) => {
    if (!request.isNavigationRequest()) requests.push(request.url());
  });
  await page.goto(url);
  return { watched: { page, context, errors, requests }, context };
}
