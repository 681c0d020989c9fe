-- By which version each day of a range was loaded, and when it was dumped: NULL where an older version
-- loaded it.
SELECT
  loads.dataset,
  loads.partition_date,
  loads.version,
  origins.dumped_at
FROM :staging_schema.loads
LEFT JOIN :staging_schema.load_origins AS origins ON origins.load_id = loads.load_id
WHERE loads.partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE);
