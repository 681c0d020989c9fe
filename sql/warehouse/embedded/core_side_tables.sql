-- Fresh side tables for one day of the core. The check spares the swap the scan that would look for other days.
CREATE TABLE :mart_schema.fct_transactions_build (
  LIKE :mart_schema.fct_transactions,
  CONSTRAINT of_the_day CHECK (date_key = :day_number)
);
CREATE TABLE :mart_schema.fct_currency_rates_build (
  LIKE :mart_schema.fct_currency_rates,
  CONSTRAINT of_the_day CHECK (date_key = :day_number)
);
