-- Notes the topic's id where none was known.
UPDATE finpipe.source_partitions SET topic_id = $2 WHERE id = $1 AND topic_id IS NULL;
