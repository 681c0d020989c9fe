-- By which version each day of a range was built, of the builds that stand.
SELECT partition_date, version
FROM :staging_schema.builds
WHERE step = 'cdm' AND stands AND partition_date BETWEEN :first_day::date AND :last_day::date;
