-- The record of the day is again what it was before the load, in one transaction after the swap back, and
-- the undone load is noted. The undo is used up.
DELETE FROM :staging_schema.load_undone WHERE dataset = :dataset AND partition_date = DATE :day;

INSERT INTO :staging_schema.load_undone (
  dataset, partition_date, undone_load_id, undone_sha256, load_id, undone_at
)
SELECT
  loads.dataset, loads.partition_date, loads.load_id, loads.sha256, kept.load_id,
  CAST(:now AS TIMESTAMP)
FROM :staging_schema.loads
INNER JOIN :staging_schema.load_undo AS kept
  ON kept.dataset = loads.dataset AND kept.partition_date = loads.partition_date
WHERE loads.dataset = :dataset AND loads.partition_date = DATE :day;

DELETE FROM :staging_schema.loads
WHERE dataset = :dataset AND partition_date = DATE :day;

INSERT INTO :staging_schema.loads (
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
)
SELECT
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version
FROM :staging_schema.load_undo
WHERE dataset = :dataset AND sha256 IS NOT NULL;

DELETE FROM :staging_schema.load_undo WHERE dataset = :dataset;

DELETE FROM :staging_schema.load_pending WHERE dataset = :dataset;
