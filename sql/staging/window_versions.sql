-- The versions of a source partition that its window remembers, in order of landing. Rows that a
-- replay landed have no source_id: they belong to no window.
DECLARE window_versions NO SCROLL CURSOR FOR
SELECT 0 AS type, object_id, sent_dttm, position, payload
FROM stg.transactions
WHERE source_id = $1 AND sent_dttm >= $2::timestamp AND position > $3
UNION ALL
SELECT 1, object_id, sent_dttm, position, payload
FROM stg.currencies
WHERE source_id = $1 AND sent_dttm >= $2::timestamp AND position > $3
ORDER BY position;
