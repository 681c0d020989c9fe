-- The record of the day is again what it was before the load, in one transaction after the swap back.
-- The undo is used up, and core and mart of the day no longer show what staging holds: also the record
-- of the other dataset says so.
DELETE FROM :staging_schema.loads
WHERE dataset = :dataset AND partition_date = DATE :day;

INSERT INTO :staging_schema.loads (
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version, core_stale, mart_stale
)
SELECT
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version, true, true
FROM :staging_schema.load_undo
WHERE dataset = :dataset AND sha256 IS NOT NULL;

DELETE FROM :staging_schema.load_undo WHERE dataset = :dataset;

UPDATE :staging_schema.loads SET core_stale = true, mart_stale = true
WHERE partition_date = DATE :day;

DELETE FROM :staging_schema.load_pending WHERE dataset = :dataset;
