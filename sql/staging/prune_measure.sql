-- The rows of a day by source partition, 0 for replayed ones: those that stand, those that were ever landed,
-- and how many of those that stand its window needs: sent at or above its watermark. :dataset_table and
-- :event_time are those of the dataset.
WITH staged AS (
  SELECT
    coalesce(source_id, 0) AS source_id,
    count(*) AS rows,
    count(*) FILTER (
      WHERE sent_dttm >= coalesce(partitions.watermark, '-infinity') AND partitions.id IS NOT NULL
    ) AS needed
  FROM (
    SELECT source_id, sent_dttm
    FROM stg.:dataset_table
    WHERE :event_time >= :day::date AND :event_time < :day::date + 1
  ) AS day
  LEFT JOIN finpipe.source_partitions AS partitions ON partitions.id = source_id
  GROUP BY source_id
)
SELECT
  source_id, partitions.source, partitions.partition, coalesce(staged.rows, 0) AS rows,
  coalesce(landed.rows, 0) AS landed, coalesce(staged.needed, 0) AS needed
FROM staged
FULL JOIN (
  SELECT source_id, rows FROM finpipe.landed_days WHERE dataset = :dataset AND day = :day::date
) AS landed USING (source_id)
LEFT JOIN finpipe.source_partitions AS partitions ON partitions.id = source_id
ORDER BY source_id;
