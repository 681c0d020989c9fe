-- The record of the day, if it is of the given load. :dataset, :load_id; the day on the example of
-- 2022-10-01.
SELECT sha256, rows, refused, control_total
FROM finpipe_staging.loads
WHERE dataset = :dataset AND partition_date = DATE '2022-10-01'
  AND load_id = CAST(:load_id AS UUID);
