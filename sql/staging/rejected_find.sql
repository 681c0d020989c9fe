-- One rejected message, without its bytes; of these, how many were kept, NULL for a null value.
SELECT
  id, reason, field, length, sha256, source, partition, position, rejected_at, replayed_at,
  replay_outcome, octet_length(raw) AS bytes
FROM stg.rejected
WHERE id = :id::bigint;
