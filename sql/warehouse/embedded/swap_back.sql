-- The undo table and its record are the day's again.
ALTER TABLE :staging_schema.:undo_table RENAME TO :day_table;
ALTER TABLE :staging_schema.:dataset_table
  ATTACH PARTITION :staging_schema.:day_table
  FOR VALUES FROM (:day::date) TO (:day::date + 1);
INSERT INTO :staging_schema.loads (
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
)
SELECT
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
FROM :staging_schema.load_undo
WHERE dataset = :dataset;
