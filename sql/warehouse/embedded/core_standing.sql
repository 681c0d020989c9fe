-- What stands of a day in the core, and whether a build of it does, which may have found no rows.
SELECT
  (SELECT count(*) FROM :mart_schema.fct_transactions WHERE date_key = :day_number) AS transactions,
  (SELECT count(*) FROM :mart_schema.fct_currency_rates WHERE date_key = :day_number) AS currency_rates,
  EXISTS (
    SELECT FROM :staging_schema.builds
    WHERE step = 'dwh' AND partition_date = :day::date AND stands
  ) AS is_built;
