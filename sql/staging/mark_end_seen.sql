-- All that a partition held at that time is landed.
UPDATE finpipe.source_partitions
SET end_seen_at = $2::timestamp, watermark_delay = $3
WHERE id = $1;
