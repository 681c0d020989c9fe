-- All that these partitions of a topic held at a time is landed, where their position says so: a
-- position in another topic of its name says nothing of what this one holds. What is read is not
-- retired any more. Locked in one order, as each process that lands the topic does this.
WITH ended AS (
  SELECT stored.id
  FROM finpipe.source_partitions AS stored
  JOIN unnest(:partitions::text::integer[], :log_ends::text::bigint[]) AS log (partition, log_end)
    ON log.partition = stored.partition
  WHERE stored.kind = 'kafka' AND stored.source = :topic AND stored.next_position >= log.log_end
    AND (:topic_id::text IS NULL OR stored.topic_id IS NULL OR stored.topic_id = :topic_id::text)
  ORDER BY stored.id
  FOR NO KEY UPDATE OF stored
)
UPDATE finpipe.source_partitions AS stored
SET end_seen_at = :seen_at::timestamp, watermark_delay = :watermark_delay, retired_at = NULL
FROM ended WHERE stored.id = ended.id;
