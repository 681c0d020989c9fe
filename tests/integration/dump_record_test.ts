/** What staging records of a dump: its manifests, and where the files are. */
import assert from "node:assert/strict";
import { hostname } from "node:os";
import type { Manifest } from "../../lib/partitions/manifest.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { engineTests, openSession } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { runCli } from "../support/cli/run_cli.ts";

const engineTest = engineTests();
const DAY = "2022-10-01";

engineTest("the last dump of a day is recorded as its manifests have it", async (engine) => {
  await engine.landText(jsonl(transactionMessage(), rateMessage()));
  await engine.dump(DAY);
  await engine.landText(
    jsonl(transactionMessage({ amount: -7 }, { object_id: crypto.randomUUID() })),
  );
  const manifests = await engine.dump(DAY);
  const rows = await engine.query("SELECT * FROM finpipe.dumps ORDER BY dataset DESC");
  assert.equal(rows.length, 2);
  for (const [index, row] of rows.entries()) {
    const { partition, created_at, sources, ...facts } = manifests[index]!;
    const { day, host, work_dir, created_at: at, sources: from, ...recorded } = row;
    assert.equal(day, partition);
    assert.equal(host, hostname());
    assert.equal(work_dir, engine.workDir);
    assert.equal(`${at!.replace(" ", "T")}Z`, created_at);
    assert.deepEqual(JSON.parse(from!), sources);
    const texts = Object.entries(facts).map(([name, value]) => [name, textOf(value)]);
    assert.deepEqual(recorded, Object.fromEntries(texts));
  }
});

function textOf(value: Manifest[keyof Manifest]): string | null {
  return value === null ? null : String(value);
}

/** Why staging takes no record, as SQL that makes it so. */
const READ_ONLY: Record<string, (database: string, role: string) => string> = {
  "a database that is read only": (database) =>
    `ALTER DATABASE "${database}" SET default_transaction_read_only = on`,
  "a role that only reads": (_database, role) =>
    `REVOKE INSERT, UPDATE ON finpipe.dumps FROM "${role}"`,
};

for (const [what, change] of Object.entries(READ_ONLY)) {
  postgresTest(`${what} still gives its files, with a warning`, async (t) => {
    await using database = await testDatabase(t);
    const session = await openSession(database.url);
    const role = `reader_${crypto.randomUUID().slice(0, 8)}`;
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-dump-" });
    try {
      await session.execute(
        `CREATE ROLE ${role} LOGIN PASSWORD 'pw';
         GRANT USAGE ON SCHEMA stg, finpipe TO ${role};
         GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA stg, finpipe TO ${role};`,
      );
      const url = new URL(database.url);
      await session.execute(change(url.pathname.slice(1), role));
      url.username = role;
      url.password = "pw";
      const { code, stderr } = await runCli(["dump", "--partition", DAY], {
        env: {
          FINPIPE_PG_URL: url.href,
          FINPIPE_VERTICA_URL: "embedded",
          FINPIPE_WORK_DIR: workDir,
        },
      });
      assert.equal(code, 0, stderr);
      assert.match(stderr, /Cannot record the dump of 2022-10-01: .* only reads/);
      assert.ok((await Deno.stat(`${workDir}/partitions/transactions/${DAY}.csv`)).isFile);
      assert.deepEqual(await session.query("SELECT * FROM finpipe.dumps"), []);
    } finally {
      await session.execute(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await session.close();
      await Deno.remove(workDir, { recursive: true });
    }
  }, EMBEDDED_TIMERS);
}
