-- How far the partitions of topics were read, as this snapshot sees them.
SELECT source, partition, watermark, end_seen_at, watermark_delay
FROM finpipe.source_partitions
WHERE kind = 'kafka'
ORDER BY source, partition;
