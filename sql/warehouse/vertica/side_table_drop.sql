-- After a load that failed, or for an undo that is kept no longer; on the example of transactions.
DROP TABLE IF EXISTS finpipe_staging.transactions_load_0123456789ab CASCADE;
