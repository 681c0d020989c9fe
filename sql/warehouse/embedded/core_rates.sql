-- The last rate of each pair of currencies on one day, into the side table, from warehouse staging.
INSERT INTO :mart_schema.fct_currency_rates_build (
  date_key, currency_key, currency_with_key, rate, date_update, object_id, load_dt, load_src
)
SELECT DISTINCT ON (currency_code, currency_code_with)
  :day_number,
  currency_code,
  currency_code_with,
  currency_with_div,
  date_update,
  object_id,
  :now::timestamp,
  :source
FROM :staging_schema.currencies
WHERE date_update >= :day::date AND date_update < :day::date + 1
ORDER BY currency_code, currency_code_with, date_update DESC, sent_dttm DESC, object_id DESC;
