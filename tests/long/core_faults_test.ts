/** Builds of Vertica's core that lose their connection at a message. */
import assert from "node:assert/strict";
import { ALL } from "../support/part.ts";
import { verticaTest } from "../support/vertica/place.ts";
import { buildWithFault, loadVersion, openCutCore } from "../support/warehouse/cut_core.ts";

/** Each sixth message is cut at, and of each kind others; `deno task soak` cuts at all. */
const STEP = ALL ? 1 : 6;

/** More messages than a build has. */
const MOST = 500;

for (const [verdict, first] of [["cut", 0], ["cut answer", 3]] as const) {
  verticaTest(
    `a build of the core with a ${verdict} at a message: the next one mends it`,
    async () => {
      await using place = await openCutCore();
      const seen = new Set<string>();
      let version: 0 | 1 = 0;
      for (let at = ALL ? 0 : first; at < MOST; at += STEP) {
        version = version === 0 ? 1 : 0;
        await loadVersion(place, version);
        let isCut = false;
        const { standing, hasFailed } = await buildWithFault(place, version, (message) => {
          if (message !== at) return "pass";
          isCut = true;
          return verdict;
        });
        if (!isCut) {
          assert.ok(at > 40 && !hasFailed, `it has ${at} messages`);
          break;
        }
        seen.add(
          standing.split(" ").map((found) => found === String(version) ? "new" : "old").join(),
        );
      }
      if (ALL) assert.deepEqual([...seen].sort(), ["new,new", "new,old", "old,old"]);
    },
  );
}
