-- The loads of the days of a range. One is restored where a later one, of another file, was undone.
SELECT
  loads.dataset,
  loads.partition_date,
  loads.load_id,
  loads.sha256,
  loads.rows,
  loads.refused,
  origins.staged_rows,
  loads.loaded_at,
  CASE WHEN undone.undone_sha256 <> loads.sha256 THEN true ELSE false END AS is_restored
FROM :staging_schema.loads
LEFT JOIN :staging_schema.load_origins AS origins
  ON origins.load_id = loads.load_id
LEFT JOIN :staging_schema.load_undone AS undone
  ON undone.dataset = loads.dataset
  AND undone.partition_date = loads.partition_date
  AND undone.load_id = loads.load_id
WHERE loads.partition_date BETWEEN :first_day::date AND :last_day::date;
