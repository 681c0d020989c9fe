-- After a load that failed, on the example of transactions.
DROP TABLE IF EXISTS finpipe_staging.transactions_load;
