/** What a load left that went wrong on a Vertica server that lives, and who finds it later. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { sideTable } from "../../lib/warehouse/vertica/statements.ts";
import { VerticaError } from "../support/vertica/engine.ts";
import { day, serverTest } from "../support/vertica_conditions.ts";

serverTest(
  "a load that could not be recorded keeps the day before it for the undo",
  async (place) => {
    await place.load(1);
    // The session goes on, unlike after a shutdown.
    const error = new VerticaError("XX000", 2000, "an error of chance");
    place.server.faults.arm({ kind: "error", statement: /^INSERT INTO \S+\.loads /, error });
    await assert.rejects(place.load(2), /an error of chance/);
    assert.equal(await place.standing(), "2");
    assert.equal(await place.warehouse.undoDay("transactions", day), true);
    assert.equal(await place.standing(), "1");
  },
);

serverTest(
  "an undo that is not what was recorded is refused, and the new day stays",
  async (place) => {
    await place.load(1);
    await place.load(2);
    const [undo] = await place.query("SELECT side_load_id FROM staging.load_undo");
    const side = sideTable("transactions", undo!.side_load_id!);
    for (const change of ["SET amount = 5", undefined]) {
      await place.query(
        change === undefined ? `DELETE FROM staging.${side}` : `UPDATE staging.${side} ${change}`,
      );
      const error = await place.warehouse.undoDay("transactions", day).catch((error) => error);
      assert.ok(isKind(error, "data"), String(error));
      assert.match(`${error.message} ${error.hint}`, /Cannot undo .* --force/);
      assert.equal(await place.standing(), "2");
    }
  },
);
