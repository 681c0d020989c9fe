-- The record of the day and whose it is, asked under the load's lock: no swap is pending then.
SELECT load_id, sha256, manifest_rows, rows, refused, control_total
FROM :staging_schema.loads
WHERE dataset = :dataset AND partition_date = DATE :day;
