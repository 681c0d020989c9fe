-- Refused rows of a day follow the day: those of loads that neither stand nor can be put back go.
-- $1 dataset, $2 day.
DELETE FROM finpipe_staging.load_refused
WHERE dataset = $1 AND partition_date = $2::date
  AND load_id NOT IN (SELECT load_id FROM finpipe_staging.loads WHERE dataset = $1)
  AND load_id NOT IN (
    SELECT load_id FROM finpipe_staging.load_undo WHERE dataset = $1 AND load_id IS NOT NULL
  );
