-- The rows of a day and currency in the warehouse's staging, each once: counted, or not by its accounts,
-- else by its status, else by its type. :statuses and :types are JSON arrays; NULL for all types.
SELECT
  reason,
  value,
  count(*)                            AS rows,
  sum(amount)                         AS amount_sum,
  count(DISTINCT account_number_from) AS accounts
FROM (
  SELECT
    amount,
    account_number_from,
    reason,
    CASE reason WHEN 'status' THEN status WHEN 'type' THEN transaction_type END AS value
  FROM (
    SELECT
      amount,
      account_number_from,
      status,
      transaction_type,
      CASE
        WHEN account_number_from <= 0 OR account_number_to <= 0 THEN 'test_account'
        WHEN status <> ALL (ARRAY(SELECT json_array_elements_text(:statuses::json))) THEN 'status'
        WHEN
          :types::json IS NOT NULL
          AND transaction_type <> ALL (ARRAY(SELECT json_array_elements_text(:types::json)))
          THEN 'type'
        ELSE 'counted'
      END AS reason
    FROM :staging_schema.transactions
    WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
      AND currency_code = :currency::integer
  ) AS judged
) AS told
GROUP BY reason, value;
