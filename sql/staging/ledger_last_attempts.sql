-- The last attempt of each step of the days from :first_day to :last_day. One that is running in a backfill
-- whose lock nobody holds was interrupted; a standby does not see the locks of its primary.
WITH held AS MATERIALIZED (
  SELECT classid::bigint << 32 | objid::bigint AS key
  FROM pg_locks
  WHERE locktype = 'advisory'
    AND granted
    AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), last AS (
  SELECT DISTINCT ON (partition, step) *
  FROM finpipe.attempts
  WHERE partition BETWEEN :first_day::date AND :last_day::date
  ORDER BY partition, step, id DESC
)
SELECT
  id, backfill_id, run_date, partition, step, number,
  CASE
    WHEN state = 'running'
      AND NOT pg_is_in_recovery()
      AND hashtextextended('finpipe backfill ' || backfill_id, 0) NOT IN (SELECT key FROM held)
      THEN 'interrupted'
    ELSE state
  END AS state,
  started_at, ended_at, rows, bytes, version, host, pid, exit_code, message, stood
FROM last
ORDER BY partition, id;
