-- Compare and set: no row where somebody else read on from :position, which we began at, or goes on in
-- another topic of the name, which window_base tells where brokers have no ids. It comes first in the
-- landing transaction, so that two of them wait for each other here. What is read is not retired any
-- more.
UPDATE finpipe.source_partitions
SET next_position = :next_position,
    watermark = :watermark::timestamp,
    digest = :digest,
    forgotten = forgotten + :forgotten,
    forgotten_position = :forgotten_position,
    messages_read = messages_read + :messages_read,
    transactions = transactions + :transactions,
    currencies = currencies + :currencies,
    rejected = rejected + :rejected,
    duplicates = duplicates + :duplicates,
    moved_at = now() AT TIME ZONE 'UTC',
    retired_at = NULL
WHERE id = :id AND next_position = :position AND topic_id IS NOT DISTINCT FROM :topic_id
  AND window_base = :window_base
RETURNING id;
