/** What a topic's landing lost and what it landed twice, as numbers. */
import { withAdmin } from "../kafka/topics.ts";
import { assertBalanced, judge, readLog } from "../topic/books.ts";
import type { LandingPlace } from "../topic/landing.ts";
import { messageOf } from "../../../lib/runtime/errors.ts";

export interface Losses {
  /** Messages that are in none of the four places. */
  lost: number;
  /** Rows too many: of one message, or of one that is a duplicate. */
  doubled: number;
  /** Why the books do not balance: counters, payloads, positions; undefined where they do. */
  imbalance?: string;
}

/** Compares what is in the topic's log with what is in staging. */
export async function countLosses(place: LandingPlace): Promise<Losses> {
  const { brokers, topic } = place.topic;
  const ends = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  const losses: Losses = { lost: 0, doubled: 0 };
  for (const { partition } of ends) {
    const rows = await rowsByPosition(place, partition);
    for (const { position, place } of judge(await readLog({ brokers, topic }, partition))) {
      const count = rows.get(position) ?? 0;
      rows.delete(position);
      const due = place === "duplicates" ? 0 : 1;
      losses.lost += Math.max(0, due - count);
      losses.doubled += Math.max(0, count - due);
    }
    for (const count of rows.values()) losses.doubled += count;
  }
  try {
    await assertBalanced(place);
  } catch (error) {
    losses.imbalance = messageOf(error);
  }
  return losses;
}

async function rowsByPosition(
  place: LandingPlace,
  partition: number,
): Promise<Map<number, number>> {
  const rows = await place.query(
    `WITH landed AS (
       SELECT source_id, position FROM stg.transactions
       UNION ALL SELECT source_id, position FROM stg.currencies
     )
     SELECT position, count(*) AS count FROM (
       SELECT position FROM landed JOIN finpipe.source_partitions ON id = source_id
       WHERE source = $1 AND partition = $2
       UNION ALL SELECT position FROM stg.rejected WHERE source = $1 AND partition = $2
     ) AS rows GROUP BY position`,
    [place.topic.topic, String(partition)],
  );
  return new Map(rows.map(({ position, count }) => [Number(position), Number(count)]));
}
