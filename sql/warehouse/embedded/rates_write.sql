-- The last dollar rate of the day for each currency, of the load of currencies that stands, in the
-- transaction that swapped the day. After an undo as well: an older version recorded none.
DELETE FROM :staging_schema.load_rates
WHERE load_id IN (
  SELECT load_id FROM :staging_schema.loads
  WHERE dataset = 'currencies' AND partition_date = :day::date
);
INSERT INTO :staging_schema.load_rates (
  load_id, partition_date, currency_code, rate, date_update, object_id
)
SELECT DISTINCT ON (rates.currency_code)
  loads.load_id, loads.partition_date, rates.currency_code, rates.currency_with_div,
  rates.date_update, rates.object_id
FROM :staging_schema.loads AS loads
CROSS JOIN :staging_schema.currencies AS rates
WHERE loads.dataset = 'currencies'
  AND loads.partition_date = :day::date
  AND rates.date_update >= :day::date AND rates.date_update < :day::date + 1
  AND rates.currency_code_with = 420
  AND rates.currency_code <> 420
ORDER BY
  rates.currency_code, rates.date_update DESC, rates.sent_dttm DESC, rates.object_id DESC;
