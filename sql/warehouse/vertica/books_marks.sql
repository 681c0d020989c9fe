-- What changes with each load, undo and build of the days of a range. Each statement sees what was committed
-- before it: where these are the same before and after, nothing that finpipe does came between.
SELECT partition_date, 'load' AS mark, CAST(load_id AS VARCHAR(36)) AS id
FROM :staging_schema.loads
WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
UNION ALL
SELECT partition_date, 'pending' AS mark, CAST(side_load_id AS VARCHAR(36)) AS id
FROM :staging_schema.load_pending
WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
UNION ALL
SELECT partition_date, 'undone' AS mark, CAST(undone_load_id AS VARCHAR(36)) AS id
FROM :staging_schema.load_undone
WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
UNION ALL
SELECT partition_date, 'core pending' AS mark, CAST(build_id AS VARCHAR(36)) AS id
FROM :staging_schema.core_pending
WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
UNION ALL
SELECT partition_date, 'build' AS mark, CAST(build_id AS VARCHAR(36)) AS id
FROM :staging_schema.builds
WHERE stands AND partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
ORDER BY 1, 2, 3;
