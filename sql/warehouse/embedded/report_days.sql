-- How many days of a range the mart has something of, the first of them and the last. $1 first day, $2 last day.
SELECT count(*) AS days, min(date_update) AS first_day, max(date_update) AS last_day
FROM (
  SELECT date_update FROM finpipe_mart.global_metrics
  WHERE date_update BETWEEN $1::date AND $2::date
  UNION
  SELECT date_update FROM finpipe_mart.global_metrics_left_out
  WHERE date_update BETWEEN $1::date AND $2::date
) AS days;
