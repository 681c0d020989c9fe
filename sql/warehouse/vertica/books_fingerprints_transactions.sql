-- The fingerprint of each day of a range, as fingerprint_transactions.sql takes it.
SELECT
  CAST(transaction_dt AS DATE) AS partition_date,
  CAST(
    SUM(CAST(HASH(
      object_id, sent_dttm, operation_id, account_number_from, account_number_to, currency_code,
      country, status, transaction_type, amount, transaction_dt
    ) AS NUMERIC(38, 0))) AS NUMERIC(38, 0)
  ) AS fingerprint
FROM :staging_schema.transactions
WHERE transaction_dt >= CAST(:first_day AS DATE) AND transaction_dt < CAST(:last_day AS DATE) + 1
GROUP BY CAST(transaction_dt AS DATE);
