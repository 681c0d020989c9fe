/**
 * The CLI cases that need no server, on the file of `deno task compile:offline`, on a machine with nothing
 * else: those that open no engine, and a part of the others. `deno task soak` has all.
 */
import { fileURLToPath } from "node:url";
import { bareMachine, whyNoBinary } from "../support/cli/binary.ts";
import { isLong, readCases } from "../support/cli/case.ts";
import { runCase } from "../support/cli/case_runner.ts";
import { offlineFile } from "../support/cli/offline.ts";
import { ALL, partOf } from "../support/part.ts";
import { skippable } from "../support/skip.ts";

const missing = await whyNoBinary();

Deno.test(skippable("cases on the file", missing, async (t) => {
  await using machine = await bareMachine(await offlineFile());
  for (const test of await readCases(fileURLToPath(new URL("../cases", import.meta.url)))) {
    for (const engine of test.engines) {
      if (engine !== "none" && engine !== "embedded") continue;
      if (engine === "embedded" && !ALL && (isLong(test) || partOf(test.name, 6) !== 0)) continue;
      await t.step(`case ${test.name} (${engine})`, () => runCase(test, engine, { machine }));
    }
  }
}));
