-- Takes the rows of a day out of staging, and says what prune_measure.sql does, of the rows that it took. The
-- watermark is of the same moment, and only grows. :dataset_table and :event_time are those of the dataset.
WITH gone AS (
  DELETE FROM stg.:dataset_table
  WHERE :event_time >= :day::date AND :event_time < :day::date + 1
  RETURNING source_id, sent_dttm
), staged AS (
  SELECT
    coalesce(source_id, 0) AS source_id,
    count(*) AS rows,
    count(*) FILTER (
      WHERE sent_dttm >= coalesce(partitions.watermark, '-infinity') AND partitions.id IS NOT NULL
    ) AS needed
  FROM gone
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
