-- Compare and set: no row where somebody else read on from the position that we began at, or goes on
-- in another topic of the name, which window_base tells where brokers have no ids. It comes first in the
-- landing transaction, so that two of them wait for each other here. What is read is not retired any
-- more.
UPDATE finpipe.source_partitions
SET next_position = $3,
    watermark = $4::timestamp,
    digest = $5,
    forgotten = forgotten + $6,
    forgotten_position = $7,
    messages_read = messages_read + $8,
    transactions = transactions + $9,
    currencies = currencies + $10,
    rejected = rejected + $11,
    duplicates = duplicates + $12,
    moved_at = now() AT TIME ZONE 'UTC',
    retired_at = NULL
WHERE id = $1 AND next_position = $2 AND topic_id IS NOT DISTINCT FROM $13
  AND window_base = $14
RETURNING id;
