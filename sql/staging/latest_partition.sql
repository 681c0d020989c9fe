-- The newest partition of a source: of a file that was replaced, the last replacement.
SELECT id, kind, source, partition, next_position, watermark, digest, forgotten_position, topic_id,
  window_base
FROM finpipe.source_partitions
WHERE source = :source
ORDER BY partition DESC
LIMIT 1;
