-- Compare and set: no row where somebody else read on from :position, which we began at, or goes on in
-- another topic of the name, which window_base tells where brokers have no ids. It comes first in the
-- landing transaction, so that two of them wait for each other here. What is read is not retired any
-- more. With it goes how many rows the batch lands of each day, in three arrays of one length.
WITH advanced AS (
  UPDATE finpipe.source_partitions
  SET next_position = :next_position,
      watermark = :watermark::timestamp,
      digest = :digest,
      forgotten_versions = forgotten_versions + :forgotten,
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
  RETURNING id
), counted AS (
  INSERT INTO finpipe.landed_days (source_id, dataset, day, rows)
  SELECT advanced.id, landed.dataset, landed.day, landed.rows
  FROM advanced
  CROSS JOIN unnest(
    :landed_datasets::text::text[], :landed_days::text::date[], :landed_rows::text::bigint[]
  ) AS landed (dataset, day, rows)
  ON CONFLICT (dataset, day, source_id)
  DO UPDATE SET rows = landed_days.rows + excluded.rows
)
SELECT id FROM advanced;
