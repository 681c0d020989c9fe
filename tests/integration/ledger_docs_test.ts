/** The queries on the ledger that docs/operations.md shows, and the columns that it names. */
import assert from "node:assert/strict";
import { linesOf } from "../../lib/postgres/picture.ts";
import { openSession } from "../support/engine/engines.ts";
import { readDocument } from "../support/docs/documents.ts";
import { attemptAt, connectUrl, ledgerOn } from "../support/ledger/ledgers.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";

const CHAPTER = "What is done, and the ledger of backfills";

async function chapter(): Promise<string> {
  const text = await readDocument("docs/operations.md");
  const [, found] = text.split(`## ${CHAPTER}\n`);
  return found!.slice(0, found!.indexOf("\n## "));
}

Deno.test("docs/operations.md names each column of the ledger, and no others", async () => {
  const text = await chapter();
  const picture = linesOf(await readDocument("sql/staging/picture.txt"));
  for (const table of ["backfills", "attempts"]) {
    const columns = picture.flatMap((line) =>
      line.match(new RegExp(`^column finpipe\\.${table}\\.(\\w+) `))?.slice(1) ?? []
    );
    const begins = text.indexOf(`| \`finpipe.${table}\``);
    const rows = text.slice(begins, text.indexOf("\n\n", begins)).split("\n").slice(2);
    const named = rows.flatMap((row) => row.split("|")[1]!.match(/\w+/g) ?? []);
    assert.deepEqual(named.sort(), columns.sort(), table);
  }
});

postgresTest("the queries that docs/operations.md shows find what they say", async (t) => {
  await using database = await testDatabase(t);
  const now = () => Temporal.Now.instant();
  {
    await using ended = await ledgerOn(() => connectUrl(database.url), { now });
    const done = await ended.begin(attemptAt());
    await ended.end(done, { state: "done", rows: 42 });
    const failed = await ended.begin(attemptAt({ step: "load" }));
    await ended.end(failed, { state: "failed", exitCode: 69, message: "Cannot reach it" });
    await ended.close(69);
  }
  await using running = await ledgerOn(() => connectUrl(database.url), { now, pid: 4712 });
  const scripts = [...(await chapter()).matchAll(/--command "\n([^"]+)"/g)].map(([, sql]) => sql!);
  assert.equal(scripts.length, 4);
  const session = await openSession(database.url);
  try {
    const results = [];
    for (const sql of scripts) results.push(await session.query(sql));
    const [last, problems, steps, runs] = results;
    assert.deepEqual(last!.map(({ id, exit_code }) => [id, exit_code]), [["2", null], ["1", "69"]]);
    assert.deepEqual(
      problems!.map(({ step, state, message }) => [step, state, message]),
      [["load", "failed", "Cannot reach it"]],
    );
    assert.deepEqual(steps!.map(({ step, attempts, rows }) => [step, attempts, rows]), [
      ["dump", "1", "42"],
    ]);
    assert.deepEqual(runs!.map(({ id, pid }) => [id, pid]), [[String(running.id), "4712"]]);
  } finally {
    await session.close();
  }
});
