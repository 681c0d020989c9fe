-- The builds that stand for the days of a range, of the core (dwh) and of the mart (cdm), with what they
-- counted and made.
SELECT step, build_id, partition_date, statuses, types, rows, left_out, version, built_at
FROM :staging_schema.builds
WHERE step IN ('dwh', 'cdm') AND stands
  AND partition_date BETWEEN :first_day::date AND :last_day::date
ORDER BY partition_date, built_at, build_id;
