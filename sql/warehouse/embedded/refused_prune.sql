-- Refused rows of a day follow the day: those of loads that neither stand nor can be put back go.
DELETE FROM :staging_schema.load_refused
WHERE dataset = :dataset AND partition_date = :day::date
  AND load_id NOT IN (SELECT load_id FROM :staging_schema.loads WHERE dataset = :dataset)
  AND load_id NOT IN (
    SELECT load_id FROM :staging_schema.load_undo WHERE dataset = :dataset AND load_id IS NOT NULL
  );
