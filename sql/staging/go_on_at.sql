-- Goes on after a lost range; no row where the position is another one by now. The window stays: what
-- was landed before and is sent again is a duplicate. $4 is the id of the topic in which reading goes
-- on, $5 the one that was read, $6 whether the offsets begin anew there, $7 the window_base so far. What
-- is read is not retired any more.
UPDATE finpipe.source_partitions
SET next_position = $3,
    topic_id = coalesce($4, topic_id),
    window_base = window_base + CASE WHEN $6 THEN next_position ELSE 0 END,
    moved_at = now() AT TIME ZONE 'UTC',
    retired_at = NULL
WHERE id = $1 AND next_position = $2 AND topic_id IS NOT DISTINCT FROM $5
  AND window_base = $7
RETURNING id;
