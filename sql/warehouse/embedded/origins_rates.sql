-- The rates that the mart's builds used which stand for the days of a range: NULLs where there was none.
SELECT
  builds.partition_date,
  rates.currency_code,
  rates.rate,
  rates.date_update
FROM :staging_schema.build_rates AS rates
INNER JOIN :staging_schema.builds ON builds.build_id = rates.build_id
WHERE builds.step = 'cdm' AND builds.stands
  AND builds.partition_date BETWEEN :first_day::date AND :last_day::date
ORDER BY builds.partition_date, rates.currency_code;
