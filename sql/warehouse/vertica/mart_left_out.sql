-- The counted currencies that the mart of the day has no row of: no rate is known on or before it. In
-- the transaction of mart_build.sql, with the same values.
INSERT INTO :mart_schema.global_metrics_left_out (
  date_update, currency_from, cnt_transactions, amount_sum, load_dt
)
SELECT
  DATE :day,
  currency_code,
  COUNT(*),
  SUM(CAST(amount AS NUMERIC(38, 0))),
  CAST(:now AS TIMESTAMP)
FROM :staging_schema.transactions
WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  AND status IN (:statuses)
  AND (:all_types OR transaction_type IN (:types))
  AND account_number_from > 0
  AND account_number_to > 0
  AND currency_code NOT IN (
    SELECT currency_from
    FROM :mart_schema.global_metrics
    WHERE date_update = DATE :day
  )
GROUP BY currency_code;
