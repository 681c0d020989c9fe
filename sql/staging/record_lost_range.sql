-- Notes a lost range of the source partition :id, right after the position was set behind it, in the
-- same transaction; :begins_anew says whether the offsets begin anew. Rows below the watermark are in
-- no window.
INSERT INTO finpipe.lost_ranges (
  topic, partition, cause, from_offset, to_offset, went_on_at, topic_id, window_base,
  last_transaction, last_currency
)
SELECT
  source, partition, :cause::text, :from_offset::bigint, :to_offset::bigint, next_position, topic_id,
  CASE WHEN :begins_anew::boolean THEN window_base END,
  CASE WHEN :begins_anew::boolean THEN (
    SELECT coalesce(max(landing_id), 0) FROM stg.transactions
    WHERE source_id = :id AND sent_dttm >= coalesce(watermark, '-infinity') AND in_window
  ) END,
  CASE WHEN :begins_anew::boolean THEN (
    SELECT coalesce(max(landing_id), 0) FROM stg.currencies
    WHERE source_id = :id AND sent_dttm >= coalesce(watermark, '-infinity') AND in_window
  ) END
FROM finpipe.source_partitions
WHERE id = :id;
