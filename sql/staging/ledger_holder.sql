-- Who holds the lock of ledger_lock.sql: the server's process, and its backfill, of which nothing is known
-- until it has written its row and taken the lock of ledger_lock_backfill.sql.
WITH held AS (
  SELECT pid, classid::bigint << 32 | objid::bigint AS key
  FROM pg_locks
  WHERE locktype = 'advisory'
    AND granted
    AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT holder.pid AS process, backfills.id, backfills.host, backfills.pid, backfills.started_at
FROM held AS holder
LEFT JOIN (
  SELECT id, host, backfills.pid, started_at, held.pid AS process
  FROM finpipe.backfills
  JOIN held ON key = hashtextextended('finpipe backfill ' || id, 0)
  WHERE ended_at IS NULL
) AS backfills ON backfills.process = holder.pid
WHERE holder.key = hashtextextended('finpipe backfill', 0)
ORDER BY backfills.id DESC
LIMIT 1;
