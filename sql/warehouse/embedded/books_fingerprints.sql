-- The fingerprint of each day of a range, as side_table_measure.sql takes it.
SELECT
  CAST(:event_time AS DATE) AS partition_date,
  sum(hash_record_extended(standing, 0)) AS fingerprint
FROM :staging_schema.:dataset_table AS standing
WHERE :event_time >= :first_day::date AND :event_time < :last_day::date + 1
GROUP BY CAST(:event_time AS DATE);
