/** The folder of the embedded engine, as a person handles it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { embeddedTest } from "../support/engine/embedded_timers.ts";
import { skippable } from "../support/skip.ts";

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

embeddedTest("what cannot be opened is said with the path, and no bug", async () => {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-folder-" });
  try {
    const lock = join(workDir, "embedded.lock");
    await Deno.mkdir(lock);
    await assert.rejects(
      openEmbeddedSession(workDir),
      (error) => isKind(error, "failed") && error.message.startsWith(`Cannot write "${lock}": `),
    );
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});

const OTHERS = "what is another user's is a matter of rights";

async function refusesOthers(): Promise<void> {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-folder-" });
  try {
    await answer(workDir, "");
    for (const name of ["embedded.lock", "embedded"]) {
      const path = join(workDir, name);
      await Deno.chmod(path, 0o000);
      await assert.rejects(
        openEmbeddedSession(workDir),
        (error) => isKind(error, "configuration") && error.message.includes(path),
      );
      await Deno.chmod(path, 0o700);
    }
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

if (Deno.uid() !== 0) embeddedTest(OTHERS, refusesOthers);
else Deno.test(skippable(OTHERS, "root may open all", refusesOthers, { inCi: true }));
