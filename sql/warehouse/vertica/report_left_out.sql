-- The currencies that were left out of the mart, over the days of a range.
SELECT
  currency_from,
  COUNT(*) AS days,
  SUM(cnt_transactions) AS transactions,
  MIN(date_update) AS first_day,
  MAX(date_update) AS last_day
FROM :mart_schema.global_metrics_left_out
WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
GROUP BY currency_from
ORDER BY currency_from;
