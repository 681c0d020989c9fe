-- Retires a :partition of a :topic, all of them where it is NULL; those that are retired stay so.
UPDATE finpipe.source_partitions
SET retired_at = coalesce(retired_at, now() AT TIME ZONE 'UTC')
WHERE kind = 'kafka' AND source = :topic AND (:partition::integer IS NULL OR partition = :partition)
RETURNING source AS topic, partition;
