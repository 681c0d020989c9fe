-- The day of the side table becomes that of the target, and the other way round, in one transaction.
-- true: a container that holds other days too, as old days share those of their month, is split.
SELECT SWAP_PARTITIONS_BETWEEN_TABLES(
  :side_table_path,
  :day,
  :day,
  :dataset_table_path,
  true
);
