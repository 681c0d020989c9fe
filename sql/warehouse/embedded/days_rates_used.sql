-- The rates that the builds used which stand for the days of a range, those that core and mart have in
-- common once.
SELECT
  builds.partition_date,
  rates.currency_code,
  rates.rate,
  rates.date_update,
  rates.object_id,
  MAX(CASE builds.step WHEN 'dwh' THEN 1 ELSE 0 END) AS of_core,
  MAX(CASE builds.step WHEN 'cdm' THEN 1 ELSE 0 END) AS of_mart
FROM :staging_schema.build_rates AS rates
INNER JOIN :staging_schema.builds ON builds.build_id = rates.build_id
WHERE builds.step IN ('dwh', 'cdm') AND builds.stands
  AND builds.partition_date BETWEEN :first_day::date AND :last_day::date
GROUP BY
  builds.partition_date, rates.currency_code, rates.rate, rates.date_update, rates.object_id;
