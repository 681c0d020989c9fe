-- Takes a day out of the core, in the transaction that swaps it in anew.
DROP TABLE IF EXISTS :mart_schema.:transactions_day_table;
DROP TABLE IF EXISTS :mart_schema.:rates_day_table;
