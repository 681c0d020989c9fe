-- What a mart counts of each day of a range, by currency. :statuses and :types are JSON arrays; NULL for all
-- types.
SELECT
  transaction_dt::date                AS partition_date,
  currency_code,
  count(*)                            AS transactions,
  sum(amount)                         AS amount_sum,
  count(DISTINCT account_number_from) AS accounts
FROM :staging_schema.transactions
WHERE transaction_dt >= :first_day::date AND transaction_dt < :last_day::date + 1
  AND status = ANY (ARRAY(SELECT json_array_elements_text(:statuses::json)))
  AND (
    :types::json IS NULL
    OR transaction_type = ANY (ARRAY(SELECT json_array_elements_text(:types::json)))
  )
  AND account_number_from > 0
  AND account_number_to > 0
GROUP BY transaction_dt::date, currency_code
ORDER BY transaction_dt::date, currency_code;
