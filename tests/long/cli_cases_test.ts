/** The CLI cases of many steps on the embedded engine. */
import { fileURLToPath } from "node:url";
import { isLong, readCases } from "../support/cli/case.ts";
import { runCase } from "../support/cli/case_runner.ts";

for (const test of await readCases(fileURLToPath(new URL("../cases", import.meta.url)))) {
  if (!isLong(test)) continue;
  const engines = test.engines.filter((engine) => engine === "none" || engine === "embedded");
  for (const engine of engines) {
    Deno.test(`case ${test.name} (${engine}): ${test.description}`, () => runCase(test, engine));
  }
}
