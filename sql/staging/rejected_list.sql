-- Rejected messages without their bytes, newest first: those with ids :below that all filters let pass.
-- A filter that is NULL lets everything pass; :source_names is a list, as in '{events,/data/events.jsonl}'.
SELECT
  id, reason, field, length, sha256, source, partition, position, rejected_at, replayed_at,
  replay_outcome
FROM stg.rejected
WHERE (:below::bigint IS NULL OR id < :below::bigint)
  AND (:reason::text IS NULL OR reason = :reason::text)
  AND (:day::text IS NULL
    OR (rejected_at >= :day::text::date AND rejected_at < :day::text::date + 1))
  AND (:source_names::text IS NULL OR source = ANY (:source_names::text::text[]))
  AND (:partition::integer IS NULL OR partition = :partition::integer)
ORDER BY id DESC
LIMIT :limit::integer;
