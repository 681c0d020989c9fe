-- What stands for one day, on the example of the transactions of 2022-10-01.
SELECT
  COUNT(*) AS rows,
  CAST(COALESCE(SUM(CAST(amount AS NUMERIC(38, 6))), 0) AS NUMERIC(38, 6)) AS control_total
FROM finpipe_staging.transactions
WHERE transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1;
