-- Partitions of a topic where they begin to be read; another process may have been first.
INSERT INTO finpipe.source_partitions (kind, source, partition, next_position, topic_id)
SELECT 'kafka', :topic, start.partition, start.position, :topic_id
FROM unnest(:partitions::text::integer[], :positions::text::bigint[]) AS start (partition, position)
ORDER BY start.partition
ON CONFLICT (source, partition) DO NOTHING;
