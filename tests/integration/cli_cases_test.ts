/** The CLI cases that need no server: on the embedded engine, and on none. */
import { fileURLToPath } from "node:url";
import { readCases } from "../support/case.ts";
import { runCase } from "../support/case_runner.ts";

for (const test of await readCases(fileURLToPath(new URL("../cases", import.meta.url)))) {
  for (const engine of test.engines.filter((engine) => engine !== "postgres")) {
    Deno.test(`case ${test.name} (${engine}): ${test.description}`, () => runCase(test, engine));
  }
}
