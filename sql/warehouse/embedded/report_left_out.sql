-- The currencies that were left out of the mart, over the days of a range.
SELECT
  currency_from,
  count(*) AS days,
  sum(cnt_transactions) AS transactions,
  min(date_update) AS first_day,
  max(date_update) AS last_day
FROM :mart_schema.global_metrics_left_out
WHERE date_update BETWEEN :first_day::date AND :last_day::date
GROUP BY currency_from
ORDER BY currency_from;
