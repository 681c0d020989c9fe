-- Partitions of a topic where they begin to be read; another process may have been first.
INSERT INTO finpipe.source_partitions (kind, source, partition, next_position, topic_id)
SELECT 'kafka', $1, start.partition, start.position, $4
FROM unnest($2::text::integer[], $3::text::bigint[]) AS start (partition, position)
ORDER BY start.partition
ON CONFLICT (source, partition) DO NOTHING;
