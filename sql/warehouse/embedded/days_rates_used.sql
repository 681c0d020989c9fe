-- The rates that the builds used which stand for the days of a range.
SELECT
  builds.step,
  builds.partition_date,
  rates.currency_code,
  rates.rate,
  rates.date_update,
  rates.object_id
FROM :staging_schema.build_rates AS rates
INNER JOIN :staging_schema.builds ON builds.build_id = rates.build_id
WHERE builds.step IN ('dwh', 'cdm') AND builds.stands
  AND builds.partition_date BETWEEN :first_day::date AND :last_day::date;
