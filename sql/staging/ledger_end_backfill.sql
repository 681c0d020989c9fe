-- Writes down how backfill :backfill_id ended; what it had begun and not ended was interrupted.
-- Waits for the disk, which then has all that was written before.
WITH broken_off AS (
  UPDATE finpipe.attempts SET state = 'interrupted', ended_at = :end_at::timestamp
  WHERE backfill_id = :backfill_id::integer AND state = 'running'
)
UPDATE finpipe.backfills SET ended_at = :end_at::timestamp, exit_code = :exit_code::integer
WHERE id = :backfill_id::integer
RETURNING id;
