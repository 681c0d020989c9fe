-- Source partitions of whose rows of a day there are not as many in staging as landed_days has, less those
-- that prune took out; the first of them in order. Replayed rows come from none. :dataset_table and :event_time are those of the dataset.
SELECT
  partitions.source,
  coalesce(partitions.partition, 0) AS partition,
  source_id,
  coalesce(landed.rows, 0) AS landed,
  coalesce(staged.rows, 0) AS staged
FROM (
  SELECT coalesce(source_id, 0) AS source_id, count(*) AS rows
  FROM stg.:dataset_table
  WHERE :event_time >= :day::date AND :event_time < :day::date + 1
  GROUP BY 1
) AS staged
FULL JOIN (
  SELECT source_id, landed_days.rows - coalesce(pruned_days.rows, 0) AS rows
  FROM finpipe.landed_days
  LEFT JOIN finpipe.pruned_days USING (dataset, day, source_id)
  WHERE dataset = :dataset
    AND day = :day::date
    AND landed_days.rows <> coalesce(pruned_days.rows, 0)
) AS landed USING (source_id)
LEFT JOIN finpipe.source_partitions AS partitions ON partitions.id = source_id
WHERE landed.rows IS DISTINCT FROM staged.rows
ORDER BY source_id
LIMIT 10;
