-- What was begun for the days of a range and not recorded: swaps of a dataset, and builds of the core.
SELECT partition_date, dataset AS subject, is_undo
FROM :staging_schema.load_pending
WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
UNION ALL
SELECT partition_date, 'core' AS subject, false AS is_undo
FROM :staging_schema.core_pending
WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE);
