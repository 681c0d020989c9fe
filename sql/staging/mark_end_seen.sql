-- All that a partition held at that time is landed. What is read is not retired any more.
UPDATE finpipe.source_partitions
SET end_seen_at = $2::timestamp, watermark_delay = $3, retired_at = NULL
WHERE id = $1;
