-- A day of staging, counted as dump_currencies.sql would write it: all rows, and one per object_id with the
-- sum over the latest versions.
SELECT
  coalesce(sum(versions), 0)::bigint AS rows,
  count(*) AS objects,
  coalesce(sum(currency_with_div), 0) AS control_total,
  0 AS conflicts
FROM (
  SELECT DISTINCT ON (object_id)
    currency_with_div,
    count(*) OVER (PARTITION BY object_id) AS versions
  FROM stg.currencies
  WHERE date_update >= :day::date AND date_update < :day::date + 1
  ORDER BY object_id, sent_dttm DESC, landing_id DESC
) AS latest;
