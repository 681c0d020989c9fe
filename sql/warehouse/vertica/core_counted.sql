-- What a build is about to swap in, the currencies of it that have no rate, and the rows that staging has of the
-- day: each must have its fact. Then the texts that a dimension has twice (none, unless somebody changed it): rows
-- with two facts could hide as many with none.
SELECT
  facts.transactions,
  rates.currency_rates,
  facts.without_rate,
  day_rows.staged,
  countries.doubled + statuses.doubled + types.doubled AS doubled
FROM (
  SELECT
    COUNT(*) AS transactions,
    COUNT(DISTINCT CASE WHEN rate IS NULL THEN currency_key END) AS without_rate
  FROM :staging_schema.:transactions_side
) AS facts
CROSS JOIN (
  SELECT COUNT(*) AS currency_rates FROM :staging_schema.:rates_side
) AS rates
CROSS JOIN (
  SELECT COUNT(*) AS staged
  FROM :staging_schema.transactions
  WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
) AS day_rows
CROSS JOIN (
  SELECT COUNT(*) - COUNT(DISTINCT country || '.') AS doubled FROM :mart_schema.dim_countries
) AS countries
CROSS JOIN (
  SELECT COUNT(*) - COUNT(DISTINCT status || '.') AS doubled FROM :mart_schema.dim_statuses
) AS statuses
CROSS JOIN (
  SELECT COUNT(*) - COUNT(DISTINCT transaction_type || '.') AS doubled
  FROM :mart_schema.dim_transaction_types
) AS types;
