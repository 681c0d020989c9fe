-- What stands for one day.
SELECT count(*) AS rows, coalesce(sum(:control), 0) AS control_total
FROM :staging_schema.:dataset_table
WHERE :event_time >= :day::date AND :event_time < :day::date + 1;
