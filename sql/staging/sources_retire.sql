-- Retires a partition ($2) of a topic ($1), all of them where it is NULL; those that are retired stay so.
UPDATE finpipe.source_partitions
SET retired_at = coalesce(retired_at, now() AT TIME ZONE 'UTC')
WHERE kind = 'kafka' AND source = $1 AND ($2::integer IS NULL OR partition = $2)
RETURNING partition;
