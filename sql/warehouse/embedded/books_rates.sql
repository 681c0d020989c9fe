-- The last dollar rate of each day of a range for each currency, as the load recorded it and as it stands:
-- those that are not the same, or that one of the two does not have.
SELECT partition_date, currency_code, recorded.rate AS recorded, staged.rate AS staged
FROM (
  SELECT
    loads.partition_date, rates.currency_code, rates.rate, rates.date_update, rates.object_id
  FROM :staging_schema.load_rates AS rates
  INNER JOIN :staging_schema.loads
    ON loads.load_id = rates.load_id AND loads.partition_date = rates.partition_date
  WHERE loads.dataset = 'currencies'
    AND loads.partition_date BETWEEN :first_day::date AND :last_day::date
) AS recorded
FULL JOIN (
  SELECT DISTINCT ON (date_update::date, currency_code)
    date_update::date AS partition_date,
    currency_code,
    currency_with_div AS rate,
    date_update,
    object_id
  FROM :staging_schema.currencies
  WHERE date_update >= :first_day::date AND date_update < :last_day::date + 1
    AND currency_code_with = 420
    AND currency_code <> 420
  ORDER BY
    date_update::date, currency_code, date_update DESC, sent_dttm DESC, object_id DESC
) AS staged USING (partition_date, currency_code)
WHERE recorded.rate IS NULL
  OR staged.rate IS NULL
  OR recorded.rate <> staged.rate
  OR recorded.date_update <> staged.date_update
  OR recorded.object_id <> staged.object_id
ORDER BY partition_date, currency_code;
