-- The swap that was begun and not recorded.
SELECT
  partition_date, is_undo, side_load_id, fingerprint, sha256, manifest_rows, rows, refused,
  control_total
FROM :staging_schema.load_pending
WHERE dataset = :dataset;
