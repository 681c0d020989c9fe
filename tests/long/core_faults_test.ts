/** Builds of Vertica's core that lose their connection at each message in turn. */
import assert from "node:assert/strict";
import { verticaTest } from "../support/vertica/place.ts";
import { buildWithFault, loadVersion, openCutCore } from "../support/warehouse/cut_core.ts";

/** More messages than a build has. */
const MOST = 500;

for (const verdict of ["cut", "cut answer"] as const) {
  verticaTest(
    `a build of the core with a ${verdict} at each message: the next one mends it`,
    async () => {
      await using place = await openCutCore();
      const seen = new Set<string>();
      for (let at = 0; at < MOST; at++) {
        const version = at % 2 === 0 ? 1 : 0;
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
      assert.deepEqual([...seen].sort(), ["new,new", "new,old", "old,old"]);
    },
  );
}
