-- Takes the day out, with its record, on the example of the transactions of 2022-10-01.
DROP TABLE finpipe_staging.transactions_20221001;
DELETE FROM finpipe_staging.loads
WHERE dataset = 'transactions' AND partition_date = DATE '2022-10-01';
