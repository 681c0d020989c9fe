-- Refused rows of a day follow the day: those of loads that neither stand nor can be put back go.
-- :dataset, :day.
DELETE FROM finpipe_staging.load_refused
WHERE dataset = :dataset AND partition_date = CAST(:day AS DATE)
  AND load_id NOT IN (
    SELECT load_id FROM finpipe_staging.loads WHERE dataset = :dataset
  )
  AND load_id NOT IN (
    SELECT load_id
    FROM finpipe_staging.load_undo
    WHERE dataset = :dataset AND load_id IS NOT NULL
  );
