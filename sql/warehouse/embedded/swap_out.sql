-- The day's partition becomes the undo table, on the example of the transactions of 2022-10-01.
ALTER TABLE finpipe_staging.transactions
  DETACH PARTITION finpipe_staging.transactions_20221001;
ALTER TABLE finpipe_staging.transactions_20221001 RENAME TO transactions_undo;
