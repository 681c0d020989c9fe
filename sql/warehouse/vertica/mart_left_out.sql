-- The counted currencies that the mart of the day has no row of: no rate is known on or before it. In
-- the transaction of mart_build.sql, with the same values; on the example of 2022-10-01.
INSERT INTO finpipe_mart.global_metrics_left_out (
  date_update, currency_from, cnt_transactions, amount_sum, load_dt
)
SELECT
  DATE '2022-10-01',
  currency_code,
  COUNT(*),
  SUM(CAST(amount AS NUMERIC(38, 0))),
  CAST(:now AS TIMESTAMP)
FROM finpipe_staging.transactions
WHERE transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1
  AND status IN (:statuses)
  AND (:all_types OR transaction_type IN (:types))
  AND account_number_from > 0
  AND account_number_to > 0
  AND currency_code NOT IN (
    SELECT currency_from
    FROM finpipe_mart.global_metrics
    WHERE date_update = DATE '2022-10-01'
  )
GROUP BY currency_code;
