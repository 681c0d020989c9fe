-- Rejected messages without their bytes, newest first: those below id $1 that all filters let pass.
-- A filter that is NULL lets everything pass.
SELECT
  id, reason, field, length, sha256, source, partition, position, rejected_at, replayed_at,
  replay_outcome
FROM stg.rejected
WHERE ($1::bigint IS NULL OR id < $1::bigint)
  AND ($2::text IS NULL OR reason = $2::text)
  AND ($3::text IS NULL
    OR (rejected_at >= $3::text::date AND rejected_at < $3::text::date + 1))
  AND ($4::text IS NULL OR source = $4::text)
  AND ($5::integer IS NULL OR partition = $5::integer)
ORDER BY id DESC
LIMIT $6::integer;
