-- The record of the day and whose it is, asked under the load's lock: no swap is pending then.
-- :dataset; the day on the example of 2022-10-01.
SELECT load_id, sha256, manifest_rows, rows, refused, control_total
FROM finpipe_staging.loads
WHERE dataset = :dataset AND partition_date = DATE '2022-10-01';
