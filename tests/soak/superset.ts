/**
 * The dashboard of deploy/superset in a real Apache Superset, over a mart in the Vertica test server, looked
 * at in Chromium by a user who may read the mart and nothing else: four charts that show what
 * `report --format csv` prints, with and without each of the two filters, after a second import that puts
 * right what was changed since the first.
 *
 * `--pictures FOLDER` keeps what it looks like. The last line is `N passed, N failed`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "csv-parse/sync";
import { messageOf } from "../../lib/runtime/errors.ts";
import { openVerticaSession } from "../../lib/warehouse/vertica/connection/session.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { startBrowser } from "../support/page/browser.ts";
import { type Charts, Dashboard, METRICS } from "../support/superset/dashboard.ts";
import { Superset } from "../support/superset/superset.ts";
import { startVerticaProcess } from "../support/vertica/process.ts";
import { verticaSettingsOf } from "../support/vertica/url.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const IMPORT = join(ROOT, "deploy/superset/import.sh");
const DATES = "2022-10-01..2022-10-14";
const RUN_DATES = "2022-10-02..2022-10-15";

/** What the filters are set to; the second date is the day after the last one. */
const CURRENCY = 430;
const SOME_DATES = ["2022-10-05", "2022-10-08"] as const;

/** Of `report --format csv`. */
type Row = Readonly<Record<string, string>>;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { pictures: { type: "string" } } });
  try {
    await lookAtMart(values.pictures);
    await say("1 passed, 0 failed");
    return 0;
  } catch (error) {
    await say(`FAILED: ${error instanceof Error ? error.stack : error}\n0 passed, 1 failed`);
    return 1;
  }
}

async function lookAtMart(pictures: string | undefined): Promise<void> {
  await using vertica = await startVerticaProcess();
  const folder = await Deno.makeTempDir({ prefix: "finpipe-superset-data-" });
  await using scope = new AsyncDisposableStack();
  scope.defer(() => Deno.remove(folder, { recursive: true }));
  const reader = await makeReader(vertica.url);
  const rows = await makeMart(vertica.url, folder);
  const superset = scope.use(await Superset.create());
  const uri = `vertica+vertica_python${reader.slice("vertica".length)}`;
  const importAssets = (address = uri, env: Record<string, string> = {}, ...args: string[]) =>
    superset.run([IMPORT, ...args], { SUPERSET_VERTICA_URI: address, ...env });
  for (
    const [said, ...call] of [
      [/does not let looker in: Invalid username or password\n/, uri.replace(":looks@", ":x@")],
      [/The warehouse at 127.0.0.1:1 does not respond/, uri.replace(/:\d+\//, ":1/")],
      [/no such dialect.*\n {2}Run pip install/, uri.replace("vertica_python", "other")],
      [/not an address that SQLAlchemy can read/, "hidden"],
      [/let looker read finpipe_staging.*denied/, uri, { FINPIPE_MART_SCHEMA: "finpipe_staging" }],
      [/Superset has no user nobody\n/, uri, {}, "nobody"],
    ] as [RegExp, ...Parameters<typeof importAssets>][]
  ) {
    const refused = await importAssets(...call).then(() => "nothing", messageOf);
    assert.match(refused, said);
    assert.doesNotMatch(refused, /:looks@|:x@|hidden/);
  }
  await importAssets();
  // What an update of finpipe, another address or somebody's hand leave behind.
  await superset.change([
    "UPDATE dbs SET sqlalchemy_uri = 'vertica+vertica_python://nobody@vertica.invalid/x'",
    "UPDATE tables SET schema = 'old'",
    "UPDATE sql_metrics SET expression = 'SUM(gone)'",
    "UPDATE slices SET slice_name = 'old', params = '{}'",
    "UPDATE dashboards SET position_json = '{}', json_metadata = '{}'",
  ]);
  await importAssets();
  await superset.start();
  const browser = await startBrowser();
  scope.defer(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
  try {
    await lookAt(new Dashboard(page), superset, rows, pictures);
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
  dashboard: Dashboard,
  { url, user, password }: Superset,
  rows: readonly Row[],
  pictures: string | undefined,
): Promise<void> {
  const look = async (name: string, charts: Charts, expected: readonly Row[]) => {
    assert.ok(expected.length > 0, name);
    assertCharts(charts, expected);
    await dashboard.drawn();
    if (pictures !== undefined) {
      await dashboard.page.waitForTimeout(2_000); // Charts are drawn with an animation.
      await dashboard.page.screenshot({ path: join(pictures, `${name}.png`) });
    }
    await say(`  ${name}: four charts as report says, ${expected.length} rows`);
  };
  await look("all", await dashboard.open(url, user, password), rows);
  const ofCurrency = rows.filter(({ currency_from }) => Number(currency_from) === CURRENCY);
  await look("currency", await dashboard.chooseCurrency(CURRENCY), ofCurrency);
  const [from, to] = SOME_DATES;
  const isOfDates = ({ date_update: day }: Row) => from <= day! && day! < to;
  await look("both", await dashboard.chooseDates(from, to), ofCurrency.filter(isOfDates));
  await look("cleared", await dashboard.clearFilters(), rows);
  await look("dates", await dashboard.chooseDates(from, to), rows.filter(isOfDates));
}

/** The charts show these rows, and no others. */
function assertCharts(charts: Charts, rows: readonly Row[]): void {
  for (const column of Object.values(METRICS)) {
    const expected = rows.map((row) =>
      [`${row.date_update} ${row.currency_from}`, Number(row[column])] as const
    );
    assert.deepEqual([...charts.get(column)!].sort(), [...expected].sort(), column);
  }
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
