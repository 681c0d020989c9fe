-- What a build is about to swap in, the currencies of it that have no rate, and the rows that staging has of the
-- day: each must have its fact. No dimension has a text twice: a key forbids it.
SELECT
  facts.transactions,
  (SELECT count(*) FROM :mart_schema.fct_currency_rates_build) AS currency_rates,
  facts.without_rate,
  (
    SELECT count(*) FROM :staging_schema.transactions
    WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  ) AS staged,
  0 AS doubled
FROM (
  SELECT
    count(*) AS transactions,
    count(DISTINCT CASE WHEN rate IS NULL THEN currency_key END) AS without_rate
  FROM :mart_schema.fct_transactions_build
) AS facts;
