-- The last dollar rate of each day of a range for each currency, and for each the last one before the
-- range, of the loads that stand.
SELECT partition_date, currency_code, rate, date_update, object_id
FROM (
  SELECT
    rates.partition_date,
    rates.currency_code,
    rates.rate,
    rates.date_update,
    rates.object_id,
    ROW_NUMBER() OVER (
      PARTITION BY
        rates.currency_code,
        CASE WHEN rates.partition_date >= CAST(:first_day AS DATE) THEN rates.partition_date END
      ORDER BY rates.partition_date DESC
    ) AS place
  FROM :staging_schema.load_rates AS rates
  INNER JOIN :staging_schema.loads ON loads.load_id = rates.load_id
  WHERE rates.partition_date <= CAST(:last_day AS DATE)
) AS placed
WHERE place = 1;
