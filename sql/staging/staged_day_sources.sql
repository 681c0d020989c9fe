-- The rows of some days by source partition: those that were landed, and those that the last dump saw.
-- :datasets and :days are arrays of the same length. Rows that a replay landed come from no source.
WITH asked AS (
  SELECT dataset, day
  FROM unnest(:datasets::text::text[], :days::text::date[]) AS asked (dataset, day)
)
SELECT dataset, day, false AS is_dump, partitions.source, partitions.partition, landed.rows
FROM asked
JOIN finpipe.landed_days AS landed USING (dataset, day)
JOIN finpipe.source_partitions AS partitions ON partitions.id = landed.source_id
UNION ALL
SELECT dataset, day, true, dumped.source, dumped.partition, dumped.rows
FROM asked
JOIN finpipe.dumps USING (dataset, day)
CROSS JOIN json_to_recordset(dumps.sources::json)
  AS dumped (source text, partition integer, rows bigint)
WHERE dumped.rows > 0
ORDER BY 2, 1, 3, 4, 5;
