-- The partitions of topics that are not retired, and when each was read last.
SELECT source AS topic, partition, greatest(moved_at, end_seen_at) AS read_at
FROM finpipe.source_partitions
WHERE kind = 'kafka' AND retired_at IS NULL
ORDER BY source, partition;
