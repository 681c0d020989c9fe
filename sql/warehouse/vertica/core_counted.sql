-- What a build is about to swap in, the currencies of it that have no rate, and the rows that staging has of the
-- day: each must have its fact.
SELECT
  facts.transactions,
  rates.currency_rates,
  used.without_rate,
  day_rows.staged
FROM (
  SELECT COUNT(*) AS transactions FROM :staging_schema.:transactions_side
) AS facts
CROSS JOIN (
  SELECT COUNT(*) AS currency_rates FROM :staging_schema.:rates_side
) AS rates
CROSS JOIN (
  SELECT COUNT(*) AS without_rate
  FROM :staging_schema.build_rates
  WHERE build_id = CAST(:build_id AS UUID) AND rate IS NULL
) AS used
CROSS JOIN (
  SELECT COUNT(*) AS staged
  FROM :staging_schema.transactions
  WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
) AS day_rows;
