-- The day of the side table becomes that of the target, and the other way round, in one transaction;
-- on the example of the transactions of 2022-10-01. true: a container that holds other days too, as
-- old days share those of their month, is split.
SELECT SWAP_PARTITIONS_BETWEEN_TABLES(
  'finpipe_staging.transactions_load_0123456789ab',
  '2022-10-01',
  '2022-10-01',
  'finpipe_staging.transactions',
  true
);
