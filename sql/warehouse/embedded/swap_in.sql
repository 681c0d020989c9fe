-- The side table becomes the day's partition, on the example of the transactions of 2022-10-01.
ALTER TABLE finpipe_staging.transactions_load RENAME TO transactions_20221001;
ALTER TABLE finpipe_staging.transactions
  ATTACH PARTITION finpipe_staging.transactions_20221001
  FOR VALUES FROM (DATE '2022-10-01') TO (DATE '2022-10-01' + 1);
