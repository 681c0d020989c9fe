/** A part of the crash matrix (docs/crash-matrix.md), with fixed seeds; and that it sees what it looks for. */
import assert from "node:assert/strict";
import { countLosses } from "../support/crash/books.ts";
import { type Cell, tryCell } from "../support/crash/cell.ts";
import { FAULTS } from "../support/crash/faults.ts";
import { numberedMessages } from "../support/crash/messages.ts";
import { startServers } from "../support/crash/servers.ts";
import { defaultKafka, missingForKafka } from "../support/kafka/jars.ts";
import { produce } from "../support/kafka/messages.ts";
import { missingOf } from "../support/kafka/skip.ts";
import { judge } from "../support/topic/books.ts";
import { landingPlace, topicTest } from "../support/topic/landing.ts";
import { skippable } from "../support/skip.ts";
import { missingForPostgres } from "../support/postgres/binaries.ts";

const CELLS: Cell[] = [
  { fault: "kill", point: "in-copy", seed: 1 },
  { fault: "cut", point: "commit-unanswered", seed: 2 },
  { fault: "join", point: "before-commit", seed: 3 },
  { fault: "postgres-kill", point: "commit-unanswered", seed: 4 },
  { fault: "kafka-kill", point: "before-offset", seed: 6 },
];

const missing = await missingForKafka(defaultKafka()) ?? await missingOf({ kcat: true }) ??
  await missingForPostgres();

Deno.test(
  skippable("five cells of the crash matrix: nothing lost, nothing doubled", missing, async () => {
    await using servers = await startServers();
    const run = async (cell: Cell) => {
      const { lost, doubled, failure } = await tryCell(servers, cell, { otherGroup: true });
      return { ...cell, lost, doubled, failure };
    };
    // Those that strike finpipe alone do not disturb each other.
    const alone = CELLS.filter(({ fault }) => !FAULTS[fault].strikesServer);
    const results = await Promise.all(alone.map(run));
    for (const cell of CELLS) if (FAULTS[cell.fault].strikesServer) results.push(await run(cell));
    assert.deepEqual(
      results,
      CELLS.map((cell) => ({ ...cell, lost: 0, doubled: 0, failure: undefined })),
    );
  }),
);

Deno.test("the matrix's messages end in each of the four places, late ones among them", () => {
  for (const partition of [0, 1]) {
    const values = numberedMessages(1, partition, 400);
    const places = judge(values.map((value, offset) => ({ offset, value })));
    const among = new Set(places.map(({ place }) => place));
    assert.deepEqual(
      [...among].sort(),
      ["currencies", "duplicates", "rejected", "transactions"],
    );
    // What is below the watermark is landed again where it comes again.
    const landed = places.filter(({ place }) => place === "transactions" || place === "currencies");
    assert.ok(new Set(landed.map(({ content }) => content)).size < landed.length);
  }
});

await topicTest("the crash matrix counts what is lost and what is doubled", async (t) => {
  await using place = await landingPlace(t, { partitions: 1 });
  await produce(place.topic, numberedMessages(1, 0, 400));
  assert.equal((await place.stream()).code, 0);
  assert.deepEqual(await countLosses(place), { lost: 0, doubled: 0 });
  await place.query("DELETE FROM stg.rejected WHERE id = (SELECT min(id) FROM stg.rejected)");
  await place.query(
    "DELETE FROM stg.currencies WHERE position = (SELECT min(position) FROM stg.currencies)",
  );
  const { imbalance, ...losses } = await countLosses(place);
  assert.deepEqual(losses, { lost: 2, doubled: 0 });
  assert.ok(imbalance !== undefined);
  await place.query(
    `INSERT INTO stg.rejected (reason, field, raw, length, sha256, source, partition, position)
     SELECT reason, field, raw, length, sha256, source, partition, position FROM stg.rejected LIMIT 1`,
  );
  assert.equal((await countLosses(place)).doubled, 1);
});
