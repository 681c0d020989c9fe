-- A partition of a topic where it begins to be read; another process may have been first.
INSERT INTO finpipe.source_partitions (kind, source, partition, next_position, topic_id)
VALUES ('kafka', $1, $2, $3, $4)
ON CONFLICT (source, partition) DO NOTHING;
