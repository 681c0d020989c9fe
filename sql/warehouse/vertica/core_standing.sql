-- What stands of a day in the core, and how many builds of it do: one of a day without rows left no facts.
SELECT
  facts.transactions,
  rates.currency_rates,
  standing.builds > 0 AS is_built
FROM (
  SELECT COUNT(*) AS transactions
  FROM :mart_schema.fct_transactions
  WHERE date_key = :day_number
) AS facts
CROSS JOIN (
  SELECT COUNT(*) AS currency_rates
  FROM :mart_schema.fct_currency_rates
  WHERE date_key = :day_number
) AS rates
CROSS JOIN (
  SELECT COUNT(*) AS builds
  FROM :staging_schema.builds
  WHERE step = 'dwh' AND partition_date = DATE :day AND stands
) AS standing;
