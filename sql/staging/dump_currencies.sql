-- The partition file of a day (2022-10-01 stands for it): one row per object_id, its latest version
-- by sent time, then by order of landing.
COPY (
  SELECT DISTINCT ON (object_id)
    object_id, sent_dttm, date_update, currency_code, currency_code_with, currency_with_div
  FROM stg.currencies
  WHERE date_update >= DATE '2022-10-01' AND date_update < DATE '2022-10-01' + 1
  ORDER BY object_id, sent_dttm DESC, landing_id DESC
) TO STDOUT (FORMAT csv)
