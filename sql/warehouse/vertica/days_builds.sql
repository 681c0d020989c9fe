-- The builds that stand for the days of a range: of the core (dwh) and of the mart (cdm).
SELECT
  build_id,
  partition_date,
  transactions_load_id,
  currencies_load_id,
  statuses,
  types,
  rows,
  left_out,
  built_at,
  step
FROM :staging_schema.builds
WHERE step IN ('dwh', 'cdm') AND stands
  AND partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE);
