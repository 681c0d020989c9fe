-- What is about to be swapped, committed before it is: :fingerprint of the day as it will be, and of a
-- load what its record will say.
INSERT INTO :staging_schema.load_pending (
  dataset, partition_date, is_undo, side_load_id, fingerprint, sha256, manifest_rows,
  manifest_control_total, rows, refused, control_total, loaded_at, version
)
VALUES (
  :dataset, DATE :day, :is_undo, CAST(:side_load_id AS UUID),
  CAST(:fingerprint AS NUMERIC(38, 0)), :sha256, :manifest_rows,
  CAST(:manifest_control_total AS NUMERIC(38, 6)), :rows, :refused,
  CAST(:control_total AS NUMERIC(38, 6)), CAST(:now AS TIMESTAMP), :version
);
