-- The days of a range whose mart is not what staging says. A mart is built of two loads: where it
-- stands and one of them does not, that one was undone. Of a swap that was begun and not recorded
-- nobody knows what came.
SELECT
  partition_date,
  CASE
    WHEN MAX(is_pending) = 1 THEN 'load_unfinished'
    WHEN MAX(is_pending) = 2 THEN 'undo_unfinished'
    WHEN SUM(loads) < 2 THEN 'undone'
    WHEN MAX(is_built) = 1 THEN 'changed'
    ELSE 'unbuilt'
  END AS cause,
  MAX(pending_dataset) AS pending_dataset
FROM (
  SELECT
    partition_date,
    1 AS loads,
    CASE WHEN mart_stale THEN 1 ELSE 0 END AS is_stale,
    0 AS is_built,
    0 AS is_pending,
    CAST(NULL AS VARCHAR(64)) AS pending_dataset
  FROM :staging_schema.loads
  WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
  UNION ALL
  SELECT date_update, 0, 0, 1, 0, CAST(NULL AS VARCHAR(64))
  FROM :mart_schema.global_metrics
  WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
  UNION ALL
  SELECT date_update, 0, 0, 1, 0, CAST(NULL AS VARCHAR(64))
  FROM :mart_schema.global_metrics_left_out
  WHERE date_update BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
  UNION ALL
  SELECT partition_date, 0, 0, 0, CASE WHEN is_undo THEN 2 ELSE 1 END, dataset
  FROM :staging_schema.load_pending
  WHERE partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
) AS known
GROUP BY partition_date
HAVING MAX(is_pending) > 0
  OR (SUM(loads) < 2 AND MAX(is_built) = 1)
  OR (SUM(loads) = 2 AND MAX(is_stale) = 1)
ORDER BY partition_date;
