/** The comparison of a topic with staging that the soak relies on sees what is wrong. */
import assert from "node:assert/strict";
import { compareBooks, type LargeBooks } from "../support/topic/large_books.ts";
import { landingPlace, topicTest } from "../support/topic/landing.ts";
import { startTraffic } from "../support/topic/traffic.ts";

function wrong({ lost, doubled, changed, differing }: LargeBooks): unknown[] {
  return [lost, doubled, changed, differing];
}

await topicTest(
  "large books: lost, doubled and changed rows, and counters, are seen",
  async (t) => {
    await using place = await landingPlace(t, { partitions: 2 });
    const traffic = await startTraffic(place);
    await traffic.more(500);
    await traffic.stop();
    assert.equal((await place.stream()).code, 0);
    const books = await compareBooks(place);
    assert.deepEqual(wrong(books), [0, 0, 0, []]);
    assert.equal(books.messages, traffic.sent);
    const { transactions, currencies, rejected, duplicates } = books.places;
    assert.equal(transactions! + currencies! + rejected! + duplicates!, traffic.sent);

    const one = "ctid = (SELECT min(ctid) FROM stg.transactions)";
    await place.query(`INSERT INTO stg.transactions OVERRIDING USER VALUE
    SELECT * FROM stg.transactions WHERE ${one}`);
    assert.deepEqual(wrong(await compareBooks(place)), [0, 1, 0, []]);
    await place.query(`DELETE FROM stg.transactions WHERE ${one}`);
    await place.query(`UPDATE stg.transactions SET payload = payload || ' ' WHERE ${one}`);
    await place.query("DELETE FROM stg.rejected WHERE id IN (SELECT id FROM stg.rejected LIMIT 2)");
    await place.query(
      "UPDATE finpipe.source_partitions SET next_position = next_position - 1 WHERE partition = 1",
    );
    const [lost, doubled, changed, differing] = wrong(await compareBooks(place));
    assert.deepEqual([lost, doubled, changed], [2, 0, 1]);
    assert.match(String(differing), /^partition 1: next_position is \d+, not \d+$/);
  },
);
