-- Whether this very session holds the lock of ledger_lock.sql: PostgreSQL shows the number of an advisory
-- lock in two halves.
SELECT EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory'
    AND granted
    AND pid = pg_backend_pid()
    AND objsubid = 1
    AND classid::bigint << 32 | objid::bigint = hashtextextended('finpipe backfill', 0)
) AS holds;
