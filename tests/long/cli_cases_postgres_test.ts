/**
 * CLI cases with staging on a real PostgreSQL, with the expectations of the embedded engine: half of those
 * that run on the embedded engine, too; `deno task soak` runs all.
 */
import { fileURLToPath } from "node:url";
import { isTriedOn, readCases } from "../support/cli/case.ts";
import { runCase } from "../support/cli/case_runner.ts";
import { emptyDatabase, postgresTest, testDatabase } from "../support/postgres/database.ts";

for (const test of await readCases(fileURLToPath(new URL("../cases", import.meta.url)))) {
  if (!isTriedOn("postgres", test)) continue;
  postgresTest(
    `case ${test.name} (postgres): ${test.description}`,
    () => runCase(test, "postgres", { emptyDatabase, testDatabase }),
  );
}
