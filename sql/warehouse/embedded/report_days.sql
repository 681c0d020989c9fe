-- How many days of a range the mart has something of, the first of them and the last.
SELECT count(*) AS days, min(date_update) AS first_day, max(date_update) AS last_day
FROM (
  SELECT date_update FROM :mart_schema.global_metrics
  WHERE date_update BETWEEN :first_day::date AND :last_day::date
  UNION
  SELECT date_update FROM :mart_schema.global_metrics_left_out
  WHERE date_update BETWEEN :first_day::date AND :last_day::date
) AS days;
