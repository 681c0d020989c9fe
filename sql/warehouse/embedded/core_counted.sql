-- What a build is about to swap in, and the rows that staging has of the day: each must have its fact.
SELECT
  (SELECT count(*) FROM :mart_schema.fct_transactions_build) AS transactions,
  (SELECT count(*) FROM :mart_schema.fct_currency_rates_build) AS currency_rates,
  (
    SELECT count(*) FROM :staging_schema.build_rates
    WHERE build_id = :build_id::uuid AND rate IS NULL
  ) AS without_rate,
  (
    SELECT count(*) FROM :staging_schema.transactions
    WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  ) AS staged;
