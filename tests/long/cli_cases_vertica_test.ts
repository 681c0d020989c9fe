/**
 * CLI cases that touch the warehouse, on PostgreSQL and Vertica, with the expectations of the embedded
 * engine: half of those that run on the embedded engine, too; `deno task soak` runs all.
 */
import { fileURLToPath } from "node:url";
import { isTriedOn, readCases } from "../support/cli/case.ts";
import { runCase } from "../support/cli/case_runner.ts";
import { emptyDatabase, testDatabase } from "../support/postgres/database.ts";
import { openTestVertica, type TestVertica, VERTICA_MISSING } from "../support/vertica/place.ts";
import { skippable } from "../support/skip.ts";

let server: Promise<TestVertica> | undefined;

Deno.test.afterAll(async () => {
  await (await server)?.[Symbol.asyncDispose]();
});

async function warehouse(initialised: boolean) {
  server ??= openTestVertica();
  const vertica = await server;
  const schemas = vertica.newSchemas();
  if (initialised) {
    await using ready = vertica.warehouse({ ...schemas, now: () => Temporal.Now.instant() });
    await ready.migrate();
  }
  return {
    url: vertica.url,
    ...schemas,
    async [Symbol.asyncDispose]() {
      const session = await vertica.session();
      await vertica.dropSchemas(session, schemas);
      await session.close();
    },
  };
}

const servers = { emptyDatabase, testDatabase, warehouse };

for (const test of await readCases(fileURLToPath(new URL("../cases", import.meta.url)))) {
  if (!isTriedOn("vertica", test)) continue;
  const name = `case ${test.name} (vertica): ${test.description}`;
  // The server of the file is open over several tests.
  Deno.test({
    ...skippable(name, VERTICA_MISSING, () => runCase(test, "vertica", servers)),
    sanitizeOps: false,
    sanitizeResources: false,
  });
}
