-- What the mart has of the days of a range: rows, none where currencies were left out alone, and when.
SELECT date_update AS partition_date, SUM(is_row) AS rows, MAX(load_dt) AS built_at
FROM (
  SELECT date_update, load_dt, 1 AS is_row
  FROM :mart_schema.global_metrics
  WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
  UNION ALL
  SELECT date_update, load_dt, 0 AS is_row
  FROM :mart_schema.global_metrics_left_out
  WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
) AS known
GROUP BY date_update;
