-- What was taken into the side table, on the example of transactions.
SELECT count(*) AS rows, coalesce(sum(amount), 0) AS control_total
FROM finpipe_staging.transactions_load;
