/** An error at statements of a load, in turn, of a Vertica server whose ways can be set. */
import assert from "node:assert/strict";
import { serverTest } from "../support/vertica/conditions.ts";
import { each } from "../support/part.ts";
import { NOW } from "../support/warehouse/warehouses.ts";

serverTest(
  "an error at each third statement of a load leaves the old day, or the new one whole",
  async (place) => {
    await place.load(1);
    place.server.faults.forget();
    // What is counted are sessions that begin now.
    await using fresh = place.vertica.warehouse({ ...place.schemas, now: () => NOW });
    await place.load(2, fresh);
    const statements = place.server.faults.sessions.flatMap(({ messages }) => messages)
      .filter(({ code, statement }) =>
        code === "Q" && !/^(SET|SHOW|COMMIT|ROLLBACK)/.test(statement)
      );
    assert.ok(statements.length > 20);
    for (const statement of each(3, [...new Set(statements.map(({ statement }) => statement))])) {
      await place.load(1);
      // The load's own id is another each time.
      const pattern = statement.slice(0, 60).replace(/[^\w ]/g, ".").replace(
        /[0-9a-f]{12}/g,
        ".{12}",
      );
      place.server.faults.arm({ kind: "error", statement: new RegExp(`^${pattern}`), times: 5 });
      await place.load(2).catch(() => {});
      place.server.faults.clear();
      const between = await place.standing();
      assert.ok(between === "1" || between === "2", `${statement}: ${between}`);
      await place.load(3);
      assert.equal(await place.standing(), "3", statement);
      assert.deepEqual(await place.query("SELECT dataset FROM staging.load_pending"), []);
    }
  },
);
