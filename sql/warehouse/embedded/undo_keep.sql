-- Keeps the record of the day as it is before a load, in place of what the load before this one kept.
-- Without a record: NULLs.
DROP TABLE IF EXISTS :staging_schema.:undo_table;
INSERT INTO :staging_schema.load_undo (
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
)
SELECT
  loading.dataset, loading.partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
FROM (VALUES (:dataset, :day::date)) AS loading (dataset, partition_date)
LEFT JOIN :staging_schema.loads USING (dataset, partition_date)
ON CONFLICT (dataset) DO UPDATE SET
  partition_date = excluded.partition_date,
  load_id = excluded.load_id,
  sha256 = excluded.sha256,
  manifest_rows = excluded.manifest_rows,
  manifest_control_total = excluded.manifest_control_total,
  rows = excluded.rows,
  refused = excluded.refused,
  control_total = excluded.control_total,
  loaded_at = excluded.loaded_at,
  version = excluded.version;
