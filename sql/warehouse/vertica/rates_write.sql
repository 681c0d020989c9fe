-- The last dollar rate of the day for each currency, of the load of currencies that stands, in the
-- transaction that records it: whoever brings a swap to its end writes them. After an undo as well: an
-- older version recorded none.
DELETE FROM :staging_schema.load_rates
WHERE load_id IN (
  SELECT load_id
  FROM :staging_schema.loads
  WHERE dataset = 'currencies' AND partition_date = DATE :day
);

INSERT INTO :staging_schema.load_rates (
  load_id, partition_date, currency_code, rate, date_update, object_id
)
SELECT load_id, partition_date, currency_code, currency_with_div, date_update, object_id
FROM (
  SELECT
    loads.load_id,
    loads.partition_date,
    rates.currency_code,
    rates.currency_with_div,
    rates.date_update,
    rates.object_id,
    ROW_NUMBER() OVER (
      PARTITION BY rates.currency_code
      ORDER BY rates.date_update DESC, rates.sent_dttm DESC, CAST(rates.object_id AS VARCHAR(36)) DESC
    ) AS place
  FROM :staging_schema.loads
  CROSS JOIN :staging_schema.currencies AS rates
  WHERE loads.dataset = 'currencies'
    AND loads.partition_date = DATE :day
    AND rates.date_update >= DATE :day AND rates.date_update < DATE :day + 1
    AND rates.currency_code_with = 420
    AND rates.currency_code <> 420
) AS placed
WHERE place = 1;
