/**
 * Runs the drivers' own suites on the test server, and holds them against their lists:
 * `deno task vertica-suites`. A test of a list that passed and does not any more fails the run, so does
 * one that passes and is not listed so: `--update` adds it.
 */
import { Command, Option } from "commander";
import { startVerticaServer } from "../server.ts";
import {
  compare,
  type Comparison,
  grown,
  readExpectations,
  type Word,
  WORDS,
  writeExpectations,
} from "./expectations.ts";
import { NODEJS_SUITE } from "./nodejs_suite.ts";
import { POOL_SUITE } from "./pool_suite.ts";
import { PYTHON_SUITE } from "./python_suite.ts";
import type { Suite } from "./suite.ts";

const SUITES: readonly Suite[] = [PYTHON_SUITE, POOL_SUITE, NODEJS_SUITE];

interface Call {
  suite?: string;
  update?: boolean;
  why?: boolean;
}

if (import.meta.main) {
  const program = new Command("vertica-suites")
    .description("Runs the drivers' own suites on the test server.")
    .addOption(new Option("--suite <name>", "one alone").choices(SUITES.map(({ name }) => name)))
    .option("--update", "write what passed to the lists; what passed before stays")
    .option("--why", "say of each test that did not pass why")
    .action(async (call: Call) => Deno.exit(await runSuites(call) ? 0 : 1));
  await program.parseAsync(Deno.args, { from: "user" });
}

/**
 * Runs them at once, each on a server of its own: they wait for most of their time.
 *
 * @returns whether all was as the lists have it
 */
async function runSuites({ suite: wanted, update = false, why = false }: Call): Promise<boolean> {
  let passed = 0;
  let failed = 0;
  const run = async (suite: Suite) => {
    const missing = await suite.missing();
    if (missing !== undefined) {
      say(`${suite.name}: left out, as ${missing}`);
      if (Deno.env.get("CI") === "true") failed++;
      return;
    }
    const found = await runSuite(suite, { update, why });
    passed += found.passed;
    failed += update ? found.lost.length : troubles(found);
  };
  await Promise.all(SUITES.filter(({ name }) => name === (wanted ?? name)).map(run));
  say(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

async function runSuite(
  suite: Suite,
  { update, why }: { update: boolean; why: boolean },
): Promise<Comparison> {
  const file = new URL(`${suite.name}.txt`, import.meta.url);
  const text = await Deno.readTextFile(file).catch(() => "");
  const expected = readExpectations(text);
  const begin = performance.now();
  // v-pool's driver throws where nobody can catch it, at times: its suite is run again then.
  const results = await runOnce(suite).catch(() => runOnce(suite));
  if (compare(expected, results).lost.length > 0) {
    // Suites have timers of their own, which a busy machine outruns: what passes once passes.
    for (const [test, reason] of await runOnce(suite)) {
      if (reason === undefined) results.set(test, reason);
    }
  }
  const found = compare(expected, results);
  const seconds = Math.round((performance.now() - begin) / 1000);
  say(`${suite.source}: ${found.passed} of ${found.all} tests pass, in ${seconds} s`);
  for (const [test, reason] of results) {
    if (why && reason !== undefined) say(`  ${expected.get(test) ?? "?"} ${test}: ${reason}`);
  }
  for (const [test, reason] of found.lost) say(`  passed before, and fails: ${test}: ${reason}`);
  if (update) {
    await Deno.writeTextFile(file, writeExpectations(suite.source, grown(expected, results)));
    return found;
  }
  for (const test of found.won) say(`  passes now; --update lists it: ${test}`);
  for (const test of found.unlisted) say(`  not listed; --update lists it: ${test}`);
  for (const test of found.gone) say(`  listed, and was not run: ${test}`);
  for (const word of Object.keys(WORDS) as Word[]) {
    const count = [...expected.values()].filter((listed) => listed === word).length;
    if (word !== "passes" && count > 0) say(`  ${count} ${word}: ${WORDS[word]}`);
  }
  return found;
}

/** On a database of its own, as suites leave tables behind. */
async function runOnce(suite: Suite): Promise<Map<string, string | undefined>> {
  await using server = await startVerticaServer();
  return await suite.run(server);
}

function troubles({ lost, won, unlisted, gone }: Comparison): number {
  return lost.length + won.length + unlisted.length + gone.length;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
