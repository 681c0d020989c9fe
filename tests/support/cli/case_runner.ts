/** Runs CLI cases (case.ts) on an engine, each in a place of its own, under a clock that stands. */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { VERSION } from "../../../lib/runtime/version.ts";
import {
  type Case,
  type CaseEngine,
  readExpected,
  type Step,
  touchesWarehouse,
  writeExpected,
} from "./case.ts";
import { type BareMachine, bareMachine, TEST_BINARY } from "./binary.ts";
import type { TestDatabase } from "../postgres/database.ts";
import { type CliResult, runCli } from "./run_cli.ts";

/** The day after the last one of the sample. */
export const CASE_CLOCK = Temporal.Instant.from("2022-10-06T09:00:00Z");

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** Makes databases for cases on `postgres`; handed in, as a server is started where it is named. */
export interface Databases {
  testDatabase(name: string): Promise<TestDatabase>;
  emptyDatabase(name: string): Promise<TestDatabase>;
}

/** A warehouse on Vertica for one case; handed in likewise. */
export interface CaseWarehouse extends AsyncDisposable {
  url: string;
  stagingSchema: string;
  martSchema: string;
}

export interface CaseServers extends Partial<Databases> {
  /** Made ready by `init` where `initialised`. */
  warehouse?: (initialised: boolean) => Promise<CaseWarehouse>;
  /** Where finpipe runs as a built file. @default in this process, or what FINPIPE_TEST_BINARY names */
  machine?: BareMachine;
}

/**
 * Runs the case and compares each step with its expectation; where FINPIPE_UPDATE_CASES is 1, what
 * the case's first engine gives becomes the expectation instead.
 */
export async function runCase(
  test: Case,
  engine: CaseEngine,
  servers: CaseServers = {},
): Promise<void> {
  await using place = await makePlace(test, engine, servers);
  const update = Deno.env.get("FINPIPE_UPDATE_CASES") === "1" && engine === test.engines[0];
  for (const [index, step] of test.steps.entries()) {
    const result = place.normalise(await runStep(test, step, place, servers.machine));
    if (update) {
      await writeExpected(test, index, result);
      continue;
    }
    const expected = { code: step.code, ...await readExpected(test, index) };
    if (!isDeepStrictEqual(result, expected)) assert.fail(differenceText(step, result, expected));
  }
}

async function runStep(
  test: Case,
  step: Step,
  place: Place,
  machine?: BareMachine,
): Promise<CliResult> {
  const env = { ...place.env, ...mapValues(step.env, place.fill) };
  for (const [path, text] of Object.entries(step.append)) {
    await Deno.writeTextFile(place.fill(path), text, { append: true });
  }
  const given = Object.entries(env).filter(([, value]) => value !== "");
  const run = (machine ?? await namedMachine())?.run ?? runCli;
  return await run(step.args.map(place.fill), {
    env: Object.fromEntries(given),
    stdin: step.stdin === undefined ? "" : await Deno.readFile(join(test.folder, step.stdin)),
    now: CASE_CLOCK,
  });
}

let named: Promise<BareMachine> | undefined;

/** Where the file runs that FINPIPE_TEST_BINARY names, if it names one. */
async function namedMachine(): Promise<BareMachine | undefined> {
  if (TEST_BINARY === undefined) return undefined;
  if (named === undefined) {
    named = bareMachine(TEST_BINARY);
    const { folder } = await named;
    globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  }
  return await named;
}

/** Where one run of a case happens. */
interface Place extends AsyncDisposable {
  env: Record<string, string>;
  /** Puts paths and URLs in the place of placeholders. */
  fill(text: string): string;
  /** Puts placeholders in the place of whatever differs from run to run. */
  normalise(result: CliResult): CliResult;
}

async function makePlace(
  test: Case,
  engine: CaseEngine,
  servers: CaseServers,
): Promise<Place> {
  await using scope = new AsyncDisposableStack();
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "finpipe-case-" }));
  scope.defer(() => Deno.remove(root, { recursive: true }));
  const workDir = join(root, "work");
  const temp = join(root, "temp");
  await Deno.mkdir(temp);
  const make = test.initialised ? servers.testDatabase : servers.emptyDatabase;
  const hasServer = engine === "postgres" || engine === "vertica";
  const database = hasServer && make ? scope.use(await make(test.name)) : undefined;
  const warehouse = engine === "vertica" && servers.warehouse
    ? scope.use(await servers.warehouse(test.initialised))
    : undefined;
  if (test.initialised && opensEmbedded(test, engine)) {
    await cp(await preparedWorkDir(), workDir, { recursive: true });
  }

  const values: [placeholder: string, value: string][] = [
    ["<work-dir>", workDir],
    ["<temp>", temp],
    ["<case>", test.folder],
    ["<fixtures>", FIXTURES],
  ];
  if (database !== undefined) values.push(["<pg-url>", database.url]);
  const server = database === undefined ? undefined : new URL(database.url);
  const fill = (text: string) =>
    values.reduce((filled, [placeholder, value]) => filled.replaceAll(placeholder, value), text);
  const hide = (text: string) => {
    let hidden = text;
    for (const [placeholder, value] of values) hidden = hidden.replaceAll(value, placeholder);
    if (server !== undefined) {
      hidden = hidden.replaceAll(server.host + server.pathname, "<pg>");
    }
    if (warehouse !== undefined) {
      hidden = hidden.replaceAll(warehouse.stagingSchema, "finpipe_staging")
        .replaceAll(warehouse.martSchema, "finpipe_mart");
    }
    return hidden.replaceAll(VERSION, "<version>").replace(
      /commit (?:[0-9a-f]{40}(?:-dirty)?|unknown), Deno \d\S*(?=\))/,
      "commit <commit>, Deno <deno>",
    );
  };
  const moved = scope.move();
  return {
    env: {
      ...envOf(engine, database?.url, warehouse),
      FINPIPE_WORK_DIR: workDir,
      FINPIPE_LOG_FORMAT: "text",
    },
    fill,
    normalise: ({ code, stdout, stderr }) => ({
      code,
      stdout: hide(stdout),
      stderr: withoutEngine(test, hide(stderr)),
    }),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

function opensEmbedded(test: Case, engine: CaseEngine): boolean {
  return engine === "embedded" || (engine === "postgres" && touchesWarehouse(test));
}

function envOf(
  engine: CaseEngine,
  url = "",
  warehouse?: CaseWarehouse,
): Record<string, string> {
  if (engine === "postgres") return { FINPIPE_PG_URL: url, FINPIPE_VERTICA_URL: "embedded" };
  if (warehouse === undefined) return {};
  return {
    FINPIPE_PG_URL: url,
    FINPIPE_VERTICA_URL: warehouse.url,
    FINPIPE_STAGING_SCHEMA: warehouse.stagingSchema,
    FINPIPE_MART_SCHEMA: warehouse.martSchema,
  };
}

/** The line that says which engine it is: the one that may differ in a case for several. */
function withoutEngine(test: Case, stderr: string): string {
  return test.engines.length === 1
    ? stderr
    : stderr.replace(/^.*embedded engine in <work-dir>\n/m, "");
}

let prepared: Promise<string> | undefined;

/** A work dir with the embedded engine ready in it: to open a copy costs half of making it anew. */
function preparedWorkDir(): Promise<string> {
  prepared ??= (async () => {
    const folder = await Deno.makeTempDir({ prefix: "finpipe-case-prepared-" });
    globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    const { code, stderr } = await runCli(["init"], { env: { FINPIPE_WORK_DIR: folder } });
    if (code !== 0) throw new Error(`Cannot prepare a work dir: ${stderr}`);
    return folder;
  })();
  return prepared;
}

function mapValues(record: Record<string, string>, map: (value: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

/** The parts that differ, whole: assert's own difference cuts long texts. */
function differenceText(step: Step, actual: CliResult, expected: CliResult): string {
  const lines = [`finpipe ${step.args.join(" ")}`];
  for (const part of ["code", "stdout", "stderr"] as const) {
    if (actual[part] === expected[part]) continue;
    lines.push(
      `--- expected ${part}`,
      `${expected[part]}`,
      `--- actual ${part}`,
      `${actual[part]}`,
    );
  }
  return lines.join("\n");
}
