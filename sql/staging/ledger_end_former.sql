-- Ends sessions that hold the lock of backfill :backfill_id, which is this process's own: it lost them,
-- and the server has not noticed.
SELECT pg_terminate_backend(pid) AS ended
FROM pg_locks
WHERE locktype = 'advisory'
  AND granted
  AND pid <> pg_backend_pid()
  AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint << 32 | objid::bigint =
    hashtextextended('finpipe backfill ' || :backfill_id::integer, 0);
