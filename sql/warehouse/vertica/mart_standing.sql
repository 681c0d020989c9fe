-- What stands in the mart for a day, on the example of 2022-10-01: how many rows, and how many
-- currencies that were left out.
SELECT false AS left_out, COUNT(*) AS rows
FROM finpipe_mart.global_metrics
WHERE date_update = DATE '2022-10-01'
UNION ALL
SELECT true AS left_out, COUNT(*) AS rows
FROM finpipe_mart.global_metrics_left_out
WHERE date_update = DATE '2022-10-01';
