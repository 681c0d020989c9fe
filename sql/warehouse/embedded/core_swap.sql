-- The side tables become the day's partitions.
ALTER TABLE :mart_schema.fct_transactions_build RENAME TO :transactions_day_table;
ALTER TABLE :mart_schema.fct_transactions
  ATTACH PARTITION :mart_schema.:transactions_day_table
  FOR VALUES FROM (:day_number) TO (:day_number + 1);
ALTER TABLE :mart_schema.fct_currency_rates_build RENAME TO :rates_day_table;
ALTER TABLE :mart_schema.fct_currency_rates
  ATTACH PARTITION :mart_schema.:rates_day_table
  FOR VALUES FROM (:day_number) TO (:day_number + 1);
