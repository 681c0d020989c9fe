-- A source partition that was never read: number 0, and one more for each before it. No row where
-- another process took the number meanwhile, as two do that read stdin at once.
INSERT INTO finpipe.source_partitions (kind, source, partition, next_position)
SELECT :kind, :source, coalesce(max(partition) + 1, 0), 0
FROM finpipe.source_partitions
WHERE source = :source
ON CONFLICT (source, partition) DO NOTHING
RETURNING id, kind, source, partition, next_position, watermark, digest, forgotten_position,
  topic_id, window_base;
