/** What is said of an undo that stands, though what follows it was broken off. */
import assert from "node:assert/strict";
import { undoLoad } from "../../lib/steps/undo_load.ts";
import { Interrupted } from "../../lib/runtime/errors.ts";
import type { WarehouseRepository } from "../../lib/warehouse/repository.ts";
import { recordingLog } from "../support/logs.ts";

const partition = Temporal.PlainDate.from("2022-10-01");
const run = { runDate: partition.add({ days: 1 }), partition };

for (const brokenOff of ["the other dataset", "loadRecord", "dayFacts"]) {
  Deno.test(`an undo is told at once, also where ${brokenOff} is broken off`, async () => {
    const breakAt = (place: string) => {
      if (place === brokenOff) throw new Interrupted("SIGINT");
    };
    const warehouse = {
      undoDay(dataset: string) {
        if (dataset === "currencies") breakAt("the other dataset");
        return Promise.resolve(true);
      },
      loadRecord() {
        breakAt("loadRecord");
        return Promise.resolve(undefined);
      },
      dayFacts() {
        breakAt("dayFacts");
        return Promise.resolve([]);
      },
    } as unknown as WarehouseRepository;
    const { log, lines } = recordingLog();
    const undo = undoLoad({ warehouse, log }, run, ["transactions", "currencies"]);
    await assert.rejects(undo, Interrupted);
    assert.match(lines.join("\n"), /Undid the last load of transactions for 2022-10-01/);
  });
}
