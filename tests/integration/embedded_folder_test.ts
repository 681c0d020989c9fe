/** The folder of the embedded engine, as a person handles it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { embeddedTest } from "../support/embedded_timers.ts";

/** Runs a script on the engine of a work dir; the answer to a query after it. */
async function answer(workDir: string, script: string, query = "SELECT 1 AS one") {
  const session = await openEmbeddedSession(workDir);
  try {
    await session.execute(script);
    return await session.query(query);
  } finally {
    await session.close();
  }
}

embeddedTest("a folder that is moved to another work dir keeps what is in it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-folder-" });
  try {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    for (const workDir of [from, to]) await Deno.mkdir(workDir);
    await answer(from, "CREATE TABLE kept AS SELECT 42 AS value");
    await Deno.rename(join(from, "embedded"), join(to, "embedded"));
    assert.deepEqual(await answer(to, "", "SELECT value FROM kept"), [{ value: "42" }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

embeddedTest(
  "a folder opens after a kill in the moment between two bytes of its opening",
  async () => {
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-folder-" });
    try {
      await answer(workDir, "CREATE TABLE kept AS SELECT 42 AS value");
      for (const left of ["", "4", "no number\n"]) {
        await Deno.writeTextFile(join(workDir, "embedded", "postmaster.pid"), left);
        assert.deepEqual(await answer(workDir, "", "SELECT value FROM kept"), [{ value: "42" }]);
      }
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  },
);
