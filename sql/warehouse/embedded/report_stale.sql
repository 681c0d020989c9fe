-- The days of a range whose mart is not what staging says. A mart is built of two loads: where it
-- stands and one of them does not, that one was undone.
SELECT
  partition_date,
  CASE
    WHEN sum(loads) < 2 THEN 'undone'
    WHEN max(is_built) = 1 THEN 'changed'
    ELSE 'unbuilt'
  END AS cause,
  NULL::text AS pending_dataset
FROM (
  SELECT
    partition_date,
    1 AS loads,
    CASE WHEN mart_stale THEN 1 ELSE 0 END AS is_stale,
    0 AS is_built
  FROM :staging_schema.loads
  WHERE partition_date BETWEEN :first_day::date AND :last_day::date
  UNION ALL
  SELECT date_update, 0, 0, 1
  FROM :mart_schema.global_metrics
  WHERE date_update BETWEEN :first_day::date AND :last_day::date
  UNION ALL
  SELECT date_update, 0, 0, 1
  FROM :mart_schema.global_metrics_left_out
  WHERE date_update BETWEEN :first_day::date AND :last_day::date
) AS known
GROUP BY partition_date
HAVING (sum(loads) < 2 AND max(is_built) = 1) OR (sum(loads) = 2 AND max(is_stale) = 1)
ORDER BY partition_date;
