-- The days of a range whose mart is not what staging says. $1 first day, $2 last day. A mart is built of
-- two loads: where it stands and one of them does not, that one was undone.
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
  FROM finpipe_staging.loads
  WHERE partition_date BETWEEN $1::date AND $2::date
  UNION ALL
  SELECT date_update, 0, 0, 1
  FROM finpipe_mart.global_metrics
  WHERE date_update BETWEEN $1::date AND $2::date
  UNION ALL
  SELECT date_update, 0, 0, 1
  FROM finpipe_mart.global_metrics_left_out
  WHERE date_update BETWEEN $1::date AND $2::date
) AS known
GROUP BY partition_date
HAVING (sum(loads) < 2 AND max(is_built) = 1) OR (sum(loads) = 2 AND max(is_stale) = 1)
ORDER BY partition_date;
