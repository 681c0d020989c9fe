-- How many days of a range the mart has something of, the first of them and the last.
SELECT COUNT(*) AS days, MIN(date_update) AS first_day, MAX(date_update) AS last_day
FROM (
  SELECT date_update FROM :mart_schema.global_metrics
  WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
  UNION
  SELECT date_update FROM :mart_schema.global_metrics_left_out
  WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
) AS days;
