/** Loads of a Vertica warehouse that lose an answer, at one message in three, and try again. */
import assert from "node:assert/strict";
import type { VerticaWarehouse } from "../../lib/warehouse/vertica/warehouse.ts";
import { each } from "../support/part.ts";
import { CutLoadPlace, day, NEW, OLD } from "../support/vertica/cut_load_place.ts";
import { verticaTest } from "../support/vertica/place.ts";

verticaTest(
  "a load and an undo that lose an answer, and are tried again, are done once",
  async () => {
    await using place = await CutLoadPlace.open();
    const load = (warehouse: VerticaWarehouse) => place.load(NEW, warehouse);
    const undo = async (warehouse: VerticaWarehouse) =>
      assert.equal(await warehouse.undoDay("transactions", day), true);
    for (const [first, work, standing] of [[0, load, "2 3"], [1, undo, "1 4"]] as const) {
      const prepare = async () => {
        await place.load(OLD);
        if (work === undo) await place.load(NEW);
      };
      await prepare();
      await place.behindProxy(() => "pass", work);
      for (const at of each(3, place.points, first)) {
        await prepare();
        let isCut = false;
        const once = (message: number) => {
          if (isCut || message !== at) return "pass";
          isCut = true;
          return "cut answer";
        };
        assert.equal(await place.behindProxy(once, work, 10_000), undefined, `cut at ${at}`);
        assert.equal(await place.standing(), standing, `cut at ${at}`);
      }
    }
  },
);
