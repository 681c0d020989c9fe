-- What was built: each counted currency, whether it was left out, and the date of its rate; the dollar
-- has none.
SELECT
  built.currency_from,
  built.cnt_transactions,
  false AS left_out,
  rates.rate_date
FROM :mart_schema.global_metrics AS built
LEFT JOIN (
  SELECT currency_code, CAST(MAX(date_update) AS DATE) AS rate_date
  FROM :staging_schema.currencies
  WHERE currency_code <> 420
    AND currency_code_with = 420
    AND date_update < DATE :day + 1
  GROUP BY currency_code
) AS rates
  ON rates.currency_code = built.currency_from
WHERE built.date_update = DATE :day
UNION ALL
SELECT
  currency_from,
  cnt_transactions,
  true AS left_out,
  CAST(NULL AS DATE) AS rate_date
FROM :mart_schema.global_metrics_left_out
WHERE date_update = DATE :day
ORDER BY currency_from;
