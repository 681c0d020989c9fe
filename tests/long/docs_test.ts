/**
 * Documentation that can't lie: the commands that documents show are run. That what they name is there
 * is in tests/integration/docs_test.ts.
 */
import {
  cloneFolder,
  examplesOf,
  readDocument as read,
  runAll,
  runExample,
} from "../support/docs/documents.ts";
import { operationsPlace, operationsTest } from "../support/docs/operations_place.ts";
import { emptyDatabase, postgresTest } from "../support/postgres/database.ts";
import { startVerticaServer } from "../vertica-server/server.ts";

/** The servers that README.md speaks of. */
const README_URL = "postgres://finpipe:secret@localhost:5432/finpipe";
const README_VERTICA = "vertica://dbadmin:secret@127.0.0.1:5433/finpipe";
const README_BROKERS = "localhost:9092";

Deno.test("README.md: the commands run in order, and print what it shows", async () => {
  const examples = examplesOf(await read("README.md"));
  await runAll(examples.filter(({ script }) => !script.includes(README_URL)));
});

Deno.test("docs/install.md: the commands run", async () => {
  await runAll(examplesOf(await read("docs/install.md")));
});

Deno.test("docs/json.md: the commands run in order, and print what it shows", async () => {
  const times = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g;
  const normal = (output: string) => output.replaceAll(times, "(a time)");
  await runAll(examplesOf(await read("docs/json.md")), { normal });
});

Deno.test("docs/looking.md: the commands run in order, and print what it shows", async () => {
  await runAll(examplesOf(await read("docs/looking.md")));
});

await operationsTest(
  "docs/operations.md: the commands run in order, and print what it shows",
  async (t) => {
    await using folder = await cloneFolder();
    await using place = await operationsPlace(t);
    for (const example of examplesOf(await read("docs/operations.md"))) {
      await place.enter(example.chapter);
      await runExample(example, folder.path, place.options);
    }
  },
);

postgresTest("README.md: the commands for PostgreSQL run in order", async (t) => {
  await using database = await emptyDatabase(t);
  const examples = examplesOf(await read("README.md"));
  await runAll(
    examples.filter(({ script }) =>
      script.includes(README_URL) && !script.includes(README_BROKERS) &&
      !script.includes(README_VERTICA)
    ),
    { fill: (script) => script.replaceAll(README_URL, database.url) },
  );
});

postgresTest("README.md: the commands for Vertica run in order", async (t) => {
  await using database = await emptyDatabase(t);
  await using vertica = await startVerticaServer();
  const examples = examplesOf(await read("README.md"));
  const fill = (script: string) =>
    script.replaceAll(README_URL, database.url).replaceAll(README_VERTICA, vertica.url);
  await runAll(examples.filter(({ script }) => script.includes(README_VERTICA)), { fill });
});

await operationsTest("README.md: the commands for Kafka run in order", async (t) => {
  await using place = await operationsPlace(t);
  const examples = examplesOf(await read("README.md"));
  await runAll(examples.filter(({ script }) => script.includes(README_BROKERS)), place.options);
});
