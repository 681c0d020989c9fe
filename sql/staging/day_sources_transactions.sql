-- Rows of a day in staging, before one per object_id, by the source partition that they came from, and
-- up to where this snapshot contains it: each Kafka partition, and of files and stdin those that have
-- any. Replayed rows come from none: they have a row without a source.
SELECT
  source,
  coalesce(partition, 0) AS partition,
  coalesce(next_position, 0) AS next_position,
  coalesce(day_rows, 0) AS rows
FROM (
  SELECT source_id AS id, count(*) AS day_rows
  FROM stg.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  GROUP BY source_id
) AS day
FULL JOIN finpipe.source_partitions USING (id)
WHERE kind = 'kafka' OR day_rows > 0
ORDER BY source, partition;
