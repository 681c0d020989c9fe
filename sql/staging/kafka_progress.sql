-- How far the partitions of topics were read, as this snapshot sees them, and when last; retired ones do
-- not count.
SELECT source, partition, watermark, end_seen_at, watermark_delay AS delay,
  greatest(moved_at, end_seen_at) AS read_at
FROM finpipe.source_partitions
WHERE kind = 'kafka' AND retired_at IS NULL
ORDER BY source, partition;
