-- What stands for one day.
SELECT
  COUNT(*) AS rows,
  CAST(COALESCE(SUM(CAST(:control AS NUMERIC(38, 6))), 0) AS NUMERIC(38, 6)) AS control_total
FROM :staging_schema.:dataset_table
WHERE :event_time >= DATE :day AND :event_time < DATE :day + 1;
