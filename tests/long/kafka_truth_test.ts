/**
 * Held against the truth: what several producers of two clients send, commit and abort is landed by
 * finpipe as librdkafka and Java's client read it, offset by offset and byte for byte. tests/soak/ has the
 * same with more seeds and more messages.
 */
import assert from "node:assert/strict";
import { missingForCourt, openCourt } from "../support/truth/court.ts";
import { tryDamage } from "../support/truth/damaged.ts";
import { lineOf, tryCase } from "../support/truth/trial.ts";
import { skippable } from "../support/skip.ts";

/** An even seed lands in two goes, the first one with transactions open; an odd one is compacted. */
const SEEDS = [4, 7];
const SIZE = { sendings: 50, most: 3000, large: 300_000 };

Deno.test(skippable("held against the truth", await missingForCourt(), async (t) => {
  await using court = await openCourt();
  for (const seed of SEEDS) {
    await t.step(
      `random transactions of seed ${seed} are landed as they were committed`,
      async () => {
        const verdict = await tryCase(court, seed, SIZE);
        assert.deepEqual(verdict.differences, [], lineOf(verdict));
      },
    );
  }
  await t.step("a batch that is damaged on the broker's disk is not landed", async () => {
    await tryDamage(court, 1);
  });
}));
