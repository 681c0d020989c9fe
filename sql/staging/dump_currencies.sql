-- The partition file of a day: one row per object_id, its latest version by sent time, then by order of
-- landing.
COPY (
  SELECT DISTINCT ON (object_id)
    object_id, sent_dttm, date_update, currency_code, currency_code_with, currency_with_div
  FROM stg.currencies
  WHERE date_update >= :day::date AND date_update < :day::date + 1
  ORDER BY object_id, sent_dttm DESC, landing_id DESC
) TO STDOUT (FORMAT csv);
