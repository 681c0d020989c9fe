-- What a replay looks at before it reads any bytes, oldest first: ids above :after and up to :newest
-- that all filters, and the list :ids, as in '{1,2}', let pass. NULL lets everything pass. What stands
-- in staging was landed by a replay before this one, or found there. What was too large for the limit of
-- its time is whole if it is no longer than what is kept of such a message.
SELECT
  id, length,
  coalesce(replay_outcome IN ('transactions', 'currencies', 'duplicate'), false) AS stands,
  coalesce(octet_length(raw), 0) AS bytes
FROM stg.rejected
WHERE id > :after::bigint
  AND id <= :newest::bigint
  AND (:reason::text IS NULL OR reason = :reason::text)
  AND (:day::text IS NULL
    OR (rejected_at >= :day::text::date AND rejected_at < :day::text::date + 1))
  AND (:source_names::text IS NULL OR source = ANY (:source_names::text::text[]))
  AND (:partition::integer IS NULL OR partition = :partition::integer)
  AND (:ids::text IS NULL OR id = ANY (:ids::text::bigint[]))
ORDER BY id
LIMIT :limit::integer;
