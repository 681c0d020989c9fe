-- What a mart counts of each day of a range, by currency. :all_types is whether every type is counted; else
-- :exact_types are. Texts are compared with a full stop behind them, so that trailing spaces count.
SELECT
  CAST(transaction_dt AS DATE) AS partition_date,
  currency_code,
  COUNT(*) AS transactions,
  SUM(CAST(amount AS NUMERIC(38, 0))) AS amount_sum,
  COUNT(DISTINCT account_number_from) AS accounts
FROM :staging_schema.transactions
WHERE transaction_dt >= CAST(:first_day AS DATE) AND transaction_dt < CAST(:last_day AS DATE) + 1
  AND status || '.' IN (:exact_statuses)
  AND (:all_types OR transaction_type || '.' IN (:exact_types))
  AND account_number_from > 0
  AND account_number_to > 0
GROUP BY CAST(transaction_dt AS DATE), currency_code
ORDER BY CAST(transaction_dt AS DATE), currency_code;
