-- What stands of a dataset, counted for each day of a range.
SELECT
  CAST(:event_time AS DATE) AS partition_date,
  COUNT(*) AS rows,
  CAST(SUM(CAST(:control AS NUMERIC(38, 6))) AS NUMERIC(38, 6)) AS control_total
FROM :staging_schema.:dataset_table
WHERE :event_time >= CAST(:first_day AS DATE) AND :event_time < CAST(:last_day AS DATE) + 1
GROUP BY CAST(:event_time AS DATE);
