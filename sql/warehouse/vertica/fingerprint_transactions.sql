-- Rows, control total and fingerprint of a day in a table, on the example of the side table and of
-- 2022-10-01. The fingerprint tells the same rows from others, in whatever order they stand. Sums are
-- of NUMERIC, as the sum of an INTEGER column is an INTEGER that overflows.
SELECT
  COUNT(*) AS rows,
  CAST(COALESCE(SUM(CAST(amount AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)) AS control_total,
  CAST(
    COALESCE(SUM(CAST(HASH(
      object_id, sent_dttm, operation_id, account_number_from, account_number_to, currency_code,
      country, status, transaction_type, amount, transaction_dt
    ) AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)
  ) AS fingerprint
FROM finpipe_staging.transactions_load_0123456789ab
WHERE transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1;
