-- Records a load, in the transaction that swapped the day.
INSERT INTO :staging_schema.loads (
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
)
VALUES (
  :dataset, :day::date, :load_id::uuid, :sha256, :manifest_rows::bigint, :manifest_control_total::numeric,
  :rows::bigint, :refused::bigint, :control_total::numeric, :now::timestamp, :version
)
ON CONFLICT (dataset, partition_date) DO UPDATE SET
  load_id = excluded.load_id,
  sha256 = excluded.sha256,
  manifest_rows = excluded.manifest_rows,
  manifest_control_total = excluded.manifest_control_total,
  rows = excluded.rows,
  refused = excluded.refused,
  control_total = excluded.control_total,
  loaded_at = excluded.loaded_at,
  version = excluded.version;
