-- The rows of a day and currency in the warehouse's staging, each once: counted, or not by its accounts,
-- else by its status, else by its type. :all_types is whether every type is counted; else :types are.
SELECT
  reason,
  value,
  COUNT(*) AS rows,
  SUM(CAST(amount AS NUMERIC(38, 0))) AS amount_sum,
  COUNT(DISTINCT account_number_from) AS accounts
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
        WHEN status NOT IN (:statuses) THEN 'status'
        WHEN NOT :all_types AND transaction_type NOT IN (:types) THEN 'type'
        ELSE 'counted'
      END AS reason
    FROM :staging_schema.transactions
    WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
      AND currency_code = :currency
  ) AS judged
) AS told
GROUP BY reason, value;
