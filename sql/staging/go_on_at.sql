-- Goes on after a lost range; no row where :position is another one by now. The window stays: what was
-- landed before and is sent again is a duplicate. :new_topic_id is the id of the topic in which reading
-- goes on, :topic_id the one that was read, :begins_anew whether the offsets begin anew there,
-- :window_base is what stands there so far. What is read is not retired any more.
UPDATE finpipe.source_partitions
SET next_position = :next_position,
    topic_id = coalesce(:new_topic_id, topic_id),
    window_base = window_base + CASE WHEN :begins_anew THEN next_position ELSE 0 END,
    moved_at = now() AT TIME ZONE 'UTC',
    retired_at = NULL
WHERE id = :id AND next_position = :position AND topic_id IS NOT DISTINCT FROM :topic_id
  AND window_base = :window_base
RETURNING id;
