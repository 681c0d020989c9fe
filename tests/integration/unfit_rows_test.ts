/** A warehouse whose tables somebody changed: what does not fit is told of by its file and column. */
import assert from "node:assert/strict";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { embeddedTest } from "../support/engine/embedded_timers.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { transaction } from "../support/partitions/rows.ts";

const DAY = "2022-10-01";
const LOAD = ["load", "--partition", DAY, "--dataset", "transactions"];

/** What somebody did, and what the next load says of it. */
const CHANGES: [what: string, script: string, says: RegExp][] = [
  [
    "a NULL that was not allowed",
    "ALTER TABLE finpipe_staging.loads ALTER sha256 DROP NOT NULL; " +
    "UPDATE finpipe_staging.loads SET sha256 = NULL",
    /column sha256 of sql\/warehouse\/embedded\/record\.sql is NULL where text is expected/,
  ],
  [
    "a total that is no number",
    "UPDATE finpipe_staging.loads SET control_total = 'NaN'",
    /column control_total of sql\/warehouse\/embedded\/record\.sql has a value where a decimal/,
  ],
];

for (const [what, script, says] of CHANGES) {
  embeddedTest(`a load is exit 3 where the record has ${what}`, async () => {
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-unfit-" });
    try {
      const env = { FINPIPE_WORK_DIR: workDir, FINPIPE_LOG_FORMAT: "text" };
      const run = (...args: string[]) => runCli(args, { env });
      assert.equal((await run("init")).code, 0);
      await writePartition(workDir, "transactions", DAY, [transaction(DAY)]);
      assert.equal((await run(...LOAD)).code, 0);
      const session = await openEmbeddedSession(workDir);
      await session.execute(script);
      await session.close();
      const { code, stderr } = await run(...LOAD);
      assert.equal(code, 3, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /NaN/);
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  });
}
