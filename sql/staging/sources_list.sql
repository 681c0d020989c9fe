-- What is landed from, in order, and how far.
SELECT
  kind, source, partition, next_position, watermark, messages_read, transactions, currencies,
  rejected, duplicates, end_seen_at, retired_at IS NOT NULL AS retired
FROM finpipe.source_partitions
ORDER BY kind, source, partition;
