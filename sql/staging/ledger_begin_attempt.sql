-- Writes down that an attempt begins, once, however often it is sent; no row where this very session does
-- not hold the lock of its backfill. :synchronous_commit off waits for no disk: what a crash of the
-- server loses is written again at the attempt's end.
INSERT INTO finpipe.attempts (
  backfill_id, ordinal, run_date, partition, step, number, state, started_at, version, host, pid, stood
)
SELECT
  id, :ordinal::integer, :run_date::date, :day::date, :step, :number::integer, 'running',
  :began_at::timestamp, version, host, pid, :stood::text
FROM finpipe.backfills
CROSS JOIN set_config('synchronous_commit', :synchronous_commit, true)
WHERE id = :backfill_id::integer
  AND EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory'
      AND granted
      AND pg_locks.pid = pg_backend_pid()
      AND objsubid = 1
      AND classid::bigint << 32 | objid::bigint =
        hashtextextended('finpipe backfill ' || :backfill_id::integer, 0)
  )
ON CONFLICT (backfill_id, ordinal) DO UPDATE SET state = 'running'
RETURNING id;
