-- The loads of a day, and the dumps that they were of: NULLs where an older version loaded it.
SELECT
  loads.dataset,
  loads.sha256,
  loads.rows,
  loads.refused,
  loads.loaded_at,
  loads.version,
  origins.dumped_at,
  origins.sources
FROM :staging_schema.loads
LEFT JOIN :staging_schema.load_origins AS origins ON origins.load_id = loads.load_id
WHERE loads.partition_date = DATE :day;
