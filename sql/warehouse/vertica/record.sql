-- The record of the day's load; none while a swap of the day is written down and not recorded, as
-- nobody knows then whose record it is.
SELECT loads.sha256, loads.manifest_rows, loads.rows, loads.refused, loads.control_total
FROM :staging_schema.loads
LEFT JOIN :staging_schema.load_pending AS pending
  ON pending.dataset = loads.dataset AND pending.partition_date = loads.partition_date
WHERE loads.dataset = :dataset AND loads.partition_date = DATE :day
  AND pending.dataset IS NULL;
