-- How far each known partition of a topic was read.
SELECT id, kind, source, partition, next_position, watermark, digest, forgotten_position, topic_id,
  window_base
FROM finpipe.source_partitions
WHERE source = :topic AND kind = 'kafka'
ORDER BY partition;
