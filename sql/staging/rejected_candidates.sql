-- What a replay looks at before it reads any bytes, oldest first: ids above $1 and up to $2 that all
-- filters, and the list of ids in $7, let pass. NULL lets everything pass.
SELECT id, reason, replay_outcome, coalesce(octet_length(raw), 0) AS bytes
FROM stg.rejected
WHERE id > $1::bigint
  AND id <= $2::bigint
  AND ($3::text IS NULL OR reason = $3::text)
  AND ($4::text IS NULL
    OR (rejected_at >= $4::text::date AND rejected_at < $4::text::date + 1))
  AND ($5::text IS NULL OR source = $5::text)
  AND ($6::integer IS NULL OR partition = $6::integer)
  AND ($7::text IS NULL OR id = ANY ($7::text::bigint[]))
ORDER BY id
LIMIT $8::integer;
