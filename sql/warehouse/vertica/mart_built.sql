-- What was built: each counted currency, whether it was left out, and the date of its rate; the dollar
-- has none.
SELECT
  built.currency_from,
  built.cnt_transactions,
  false AS left_out,
  CAST(rates.date_update AS DATE) AS rate_date
FROM :mart_schema.global_metrics AS built
LEFT JOIN :staging_schema.build_rates AS rates
  ON rates.currency_code = built.currency_from AND rates.build_id = CAST(:build_id AS UUID)
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
