-- What stands of a day in the core, and whether a build of it does, which may have found no rows, or broken off
-- before its first swap: what is known of it has to be taken away, too.
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
  FROM (
    SELECT build_id
    FROM :staging_schema.builds
    WHERE step = 'dwh' AND partition_date = DATE :day AND stands
    UNION ALL
    SELECT build_id
    FROM :staging_schema.core_pending
    WHERE partition_date = DATE :day
  ) AS begun
) AS standing;
