-- The currencies that were left out of the mart, over the days of a range. $1 first day, $2 last day.
SELECT
  currency_from,
  count(*) AS days,
  sum(cnt_transactions) AS transactions,
  min(date_update) AS first_day,
  max(date_update) AS last_day
FROM finpipe_mart.global_metrics_left_out
WHERE date_update BETWEEN $1::date AND $2::date
GROUP BY currency_from
ORDER BY currency_from;
