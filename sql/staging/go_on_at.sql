-- Goes on after a lost range; no row where the position is another one by now. The window is that of
-- another topic if it was recreated, and of other messages in any case: it begins anew. What is read is
-- not retired any more.
UPDATE finpipe.source_partitions
SET next_position = $3,
    forgotten_position = $3::bigint - 1,
    updated_at = now() AT TIME ZONE 'UTC',
    retired_at = NULL
WHERE id = $1 AND next_position = $2
RETURNING id;
