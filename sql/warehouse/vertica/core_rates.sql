-- The last rate of each pair of currencies on one day, into the side table, from warehouse staging. No page says
-- how UUIDs are ordered, so they are by text.
INSERT INTO :staging_schema.:rates_side (
  date_key, currency_key, currency_with_key, rate, date_update, object_id, load_dt, load_src
)
SELECT
  :day_number,
  currency_code,
  currency_code_with,
  currency_with_div,
  date_update,
  object_id,
  CAST(:now AS TIMESTAMP),
  :source
FROM (
  SELECT
    currency_code,
    currency_code_with,
    currency_with_div,
    date_update,
    object_id,
    ROW_NUMBER() OVER (
      PARTITION BY currency_code, currency_code_with
      ORDER BY date_update DESC, sent_dttm DESC, CAST(object_id AS VARCHAR(36)) DESC
    ) AS place
  FROM :staging_schema.currencies
  WHERE date_update >= DATE :day AND date_update < DATE :day + 1
) AS placed
WHERE place = 1;
