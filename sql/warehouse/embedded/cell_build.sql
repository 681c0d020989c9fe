-- The build that stands for a day, and the rate that it used for a currency: NULLs where it used none.
SELECT
  builds.build_id,
  builds.statuses,
  builds.types,
  builds.version,
  builds.built_at,
  rates.rate,
  rates.date_update,
  rates.object_id
FROM :staging_schema.builds
LEFT JOIN :staging_schema.build_rates AS rates
  ON rates.build_id = builds.build_id AND rates.currency_code = :currency::integer
WHERE builds.step = 'cdm' AND builds.stands AND builds.partition_date = :day::date;
