-- The swaps that were begun for the days of a range and not recorded.
SELECT partition_date, dataset, is_undo
FROM :staging_schema.load_pending
WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE);
