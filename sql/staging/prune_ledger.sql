-- Attempts of the ledger at days before :day, but those that still say something: one that is not over,
-- and the last one of a step where it failed or was interrupted.
-- With them the backfills of which none is left, once they are over:
-- nobody holds their lock.
WITH held AS MATERIALIZED (
  SELECT classid::bigint << 32 | objid::bigint AS key
  FROM pg_locks
  WHERE locktype = 'advisory'
    AND granted
    AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), gone AS (
  DELETE FROM finpipe.attempts
  WHERE partition < :day::date
    AND state <> 'running'
    AND (state = 'done' OR EXISTS (
      SELECT FROM finpipe.attempts AS later
      WHERE later.partition = attempts.partition
        AND later.step = attempts.step
        AND later.id > attempts.id
    ))
  RETURNING id, backfill_id
), over AS (
  DELETE FROM finpipe.backfills
  WHERE id IN (SELECT backfill_id FROM gone)
    AND hashtextextended('finpipe backfill ' || id, 0) NOT IN (SELECT key FROM held)
    AND NOT EXISTS (
      SELECT FROM finpipe.attempts
      WHERE attempts.backfill_id = backfills.id AND attempts.id NOT IN (SELECT id FROM gone)
    )
  RETURNING id
)
SELECT (SELECT count(*) FROM gone) AS attempts, (SELECT count(*) FROM over) AS backfills;
