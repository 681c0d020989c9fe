-- Records the pending load and keeps what was recorded before it as the undo, in one transaction after
-- the swap.
DELETE FROM :staging_schema.load_undo WHERE dataset = :dataset;

INSERT INTO :staging_schema.load_undo (
  dataset, partition_date, side_load_id, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
)
SELECT
  pending.dataset, pending.partition_date, pending.side_load_id, loads.load_id, loads.sha256,
  loads.manifest_rows, loads.manifest_control_total, loads.rows, loads.refused,
  loads.control_total, loads.loaded_at, loads.version
FROM :staging_schema.load_pending AS pending
LEFT JOIN :staging_schema.loads
  ON loads.dataset = pending.dataset AND loads.partition_date = pending.partition_date
WHERE pending.dataset = :dataset;

DELETE FROM :staging_schema.loads
WHERE dataset = :dataset AND partition_date = DATE :day;

INSERT INTO :staging_schema.loads (
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
)
SELECT
  dataset, partition_date, side_load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
FROM :staging_schema.load_pending
WHERE dataset = :dataset;

DELETE FROM :staging_schema.load_pending WHERE dataset = :dataset;
