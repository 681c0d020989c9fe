-- The versions of a source partition that its window remembers, in order of landing. Rows that a
-- replay landed have no source_id: they belong to no window. Where a topic was recreated, :window_base
-- is not 0, and what was landed from the one before it comes first.
--
-- They are found by a B-tree on source_id and sent_dttm, of the rows that are marked in_window. BRIN of
-- both (bloom, minmax_multi) would read 24 to 47 times its blocks, 180 to 190 times where a day was
-- landed since the last vacuum (bench/indexes.ts); and a process begins with a window for each of its
-- partitions.
DECLARE window_versions NO SCROLL CURSOR FOR
SELECT type, object_id, sent_dttm, position, payload
FROM (
  SELECT
    0 AS type, object_id, sent_dttm, payload,
    position + CASE WHEN :window_base = 0 THEN 0 ELSE coalesce((
      SELECT max(base.window_base)
      FROM finpipe.source_partitions AS source
      JOIN finpipe.lost_ranges AS base
        ON base.topic = source.source AND base.partition = source.partition
      WHERE source.id = :id AND base.last_transaction < landed.landing_id
    ), 0) END AS position
  FROM stg.transactions AS landed
  WHERE source_id = :id AND sent_dttm >= :watermark::timestamp AND in_window
  UNION ALL
  SELECT
    1, object_id, sent_dttm, payload,
    position + CASE WHEN :window_base = 0 THEN 0 ELSE coalesce((
      SELECT max(base.window_base)
      FROM finpipe.source_partitions AS source
      JOIN finpipe.lost_ranges AS base
        ON base.topic = source.source AND base.partition = source.partition
      WHERE source.id = :id AND base.last_currency < landed.landing_id
    ), 0) END
  FROM stg.currencies AS landed
  WHERE source_id = :id AND sent_dttm >= :watermark::timestamp AND in_window
) AS versions
WHERE position > :forgotten_position
ORDER BY position;
