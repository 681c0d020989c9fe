-- Rows, control total and fingerprint of a day in a table, the side table or the target. The
-- fingerprint tells the same rows from others, in whatever order they stand. Sums are of NUMERIC, as
-- the sum of an INTEGER column is an INTEGER that overflows.
SELECT
  COUNT(*) AS rows,
  CAST(COALESCE(SUM(CAST(amount AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)) AS control_total,
  CAST(
    COALESCE(SUM(CAST(HASH(
      object_id, sent_dttm, operation_id, account_number_from, account_number_to, currency_code,
      country, status, transaction_type, amount, transaction_dt
    ) AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)
  ) AS fingerprint
FROM :staging_schema.:counted_table
WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1;
