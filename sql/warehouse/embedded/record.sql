-- The record of the day's load.
SELECT sha256, manifest_rows, rows, refused, control_total
FROM :staging_schema.loads
WHERE dataset = :dataset AND partition_date = :day::date;
