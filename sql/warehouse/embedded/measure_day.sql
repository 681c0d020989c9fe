-- What stands for one day, on the example of the transactions of 2022-10-01.
SELECT count(*) AS rows, coalesce(sum(amount), 0) AS control_total
FROM finpipe_staging.transactions
WHERE transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1;
