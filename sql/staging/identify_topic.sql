-- Notes the topic's id where none was known, in the order in which others lock these rows.
WITH unidentified AS (
  SELECT id FROM finpipe.source_partitions
  WHERE id = ANY(:ids::text::integer[]) AND topic_id IS NULL
  ORDER BY id
  FOR NO KEY UPDATE
)
UPDATE finpipe.source_partitions AS stored
SET topic_id = :topic_id
FROM unidentified WHERE stored.id = unidentified.id;
