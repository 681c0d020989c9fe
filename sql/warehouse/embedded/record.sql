-- The record of the day's load. $1 dataset, $2 day.
SELECT sha256, manifest_rows, rows, refused, control_total
FROM finpipe_staging.loads
WHERE dataset = $1 AND partition_date = $2::date;
