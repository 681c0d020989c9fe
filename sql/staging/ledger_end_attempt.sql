-- Writes down how attempt :id of backfill :backfill_id ended; no row where this very session does not hold
-- the lock of that backfill, or there is no such attempt. :synchronous_commit off waits for no disk.
UPDATE finpipe.attempts SET
  state = :state,
  ended_at = :end_at::timestamp,
  rows = :rows::bigint,
  bytes = :bytes::bigint,
  exit_code = :exit_code::integer,
  message = :message::text
FROM set_config('synchronous_commit', :synchronous_commit, true)
WHERE id = :id::bigint
  AND backfill_id = :backfill_id::integer
  AND EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory'
      AND granted
      AND pg_locks.pid = pg_backend_pid()
      AND objsubid = 1
      AND classid::bigint << 32 | objid::bigint =
        hashtextextended('finpipe backfill ' || :backfill_id::integer, 0)
  )
RETURNING id;
