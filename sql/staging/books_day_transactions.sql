-- A day of staging, counted as dump_transactions.sql would write it: all rows, one per object_id with the
-- sum over the latest versions, and objects whose versions differ in what no change of status changes.
SELECT
  coalesce(sum(versions), 0)::bigint AS rows,
  count(*) AS objects,
  coalesce(sum(amount), 0) AS control_total,
  count(*) FILTER (WHERE is_conflict) AS conflicts
FROM (
  SELECT DISTINCT ON (object_id)
    amount,
    count(*) OVER of_object AS versions,
    min(account_number_from) OVER of_object <> max(account_number_from) OVER of_object
    OR min(account_number_to) OVER of_object <> max(account_number_to) OVER of_object
    OR min(currency_code) OVER of_object <> max(currency_code) OVER of_object
    OR min(amount) OVER of_object <> max(amount) OVER of_object AS is_conflict
  FROM stg.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  WINDOW of_object AS (PARTITION BY object_id)
  ORDER BY
    object_id,
    sent_dttm DESC,
    CASE status
      WHEN 'chargeback' THEN 5
      WHEN 'done' THEN 4
      WHEN 'blocked' THEN 3
      WHEN 'in_progress' THEN 2
      WHEN 'queued' THEN 1
      ELSE 0
    END DESC,
    landing_id DESC
) AS latest;
