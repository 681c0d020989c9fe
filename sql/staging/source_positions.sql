-- Up to where each source partition is contained in what this snapshot sees.
SELECT source, partition, next_position
FROM finpipe.source_partitions
ORDER BY source, partition;
