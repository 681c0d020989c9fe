-- What stands in the mart for a day: how many rows, and how many currencies that were left out.
SELECT false AS left_out, COUNT(*) AS rows
FROM :mart_schema.global_metrics
WHERE date_update = DATE :day
UNION ALL
SELECT true AS left_out, COUNT(*) AS rows
FROM :mart_schema.global_metrics_left_out
WHERE date_update = DATE :day;
