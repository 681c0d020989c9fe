-- What the undo of a dataset would put back.
SELECT partition_date, side_load_id, load_id, sha256, manifest_rows, rows, refused, control_total
FROM :staging_schema.load_undo
WHERE dataset = :dataset;
