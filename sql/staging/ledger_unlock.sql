-- Gives back what ledger_lock.sql took, and ledger_lock_backfill.sql for :backfill_id if it is not NULL.
-- Where the session is a pooler's, ending it would not do so. A lock that it does not hold is none of it.
SELECT pg_advisory_unlock((classid::bigint << 32) | objid::bigint) AS unlocked
FROM pg_locks
WHERE locktype = 'advisory'
  AND granted
  AND pid = pg_backend_pid()
  AND objsubid = 1
  AND (classid::bigint << 32) | objid::bigint IN (
    hashtextextended('finpipe backfill', 0),
    hashtextextended('finpipe backfill ' || :backfill_id::integer, 0)
  );
