-- Compare and set: no row where somebody else read on from the position that we began at, or goes on
-- in another topic of the name, which window_base tells where brokers have no ids. It comes first in the
-- landing transaction, so that two of them wait for each other here. What is read is not retired any
-- more. With it goes how many rows the batch lands of each day: $15 to $17, lists of the same length.
WITH advanced AS (
  UPDATE finpipe.source_partitions
  SET next_position = $3,
      watermark = $4::timestamp,
      digest = $5,
      forgotten_versions = forgotten_versions + $6,
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
  RETURNING id
), counted AS (
  INSERT INTO finpipe.landed_days (source_id, dataset, day, rows)
  SELECT advanced.id, landed.dataset, landed.day, landed.rows
  FROM advanced
  CROSS JOIN unnest($15::text::text[], $16::text::date[], $17::text::bigint[])
    AS landed (dataset, day, rows)
  ON CONFLICT (dataset, day, source_id)
  DO UPDATE SET rows = landed_days.rows + excluded.rows
)
SELECT id FROM advanced;
