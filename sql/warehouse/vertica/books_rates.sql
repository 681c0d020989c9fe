-- The last dollar rate of each day of a range for each currency, as the load recorded it and as it stands:
-- those that are not the same, or that one of the two does not have.
SELECT
  COALESCE(recorded.partition_date, staged.partition_date) AS partition_date,
  COALESCE(recorded.currency_code, staged.currency_code) AS currency_code,
  recorded.rate AS recorded,
  staged.rate AS staged
FROM (
  SELECT
    loads.partition_date, rates.currency_code, rates.rate, rates.date_update, rates.object_id
  FROM :staging_schema.load_rates AS rates
  INNER JOIN :staging_schema.loads
    ON loads.load_id = rates.load_id AND loads.partition_date = rates.partition_date
  WHERE loads.dataset = 'currencies'
    AND loads.partition_date BETWEEN CAST(:first_day AS DATE) AND CAST(:last_day AS DATE)
) AS recorded
FULL JOIN (
  SELECT partition_date, currency_code, rate, date_update, object_id
  FROM (
    SELECT
      CAST(date_update AS DATE) AS partition_date,
      currency_code,
      currency_with_div AS rate,
      date_update,
      object_id,
      ROW_NUMBER() OVER (
        PARTITION BY CAST(date_update AS DATE), currency_code
        ORDER BY date_update DESC, sent_dttm DESC, CAST(object_id AS VARCHAR(36)) DESC
      ) AS place
    FROM :staging_schema.currencies
    WHERE date_update >= CAST(:first_day AS DATE) AND date_update < CAST(:last_day AS DATE) + 1
      AND currency_code_with = 420
      AND currency_code <> 420
  ) AS placed
  WHERE place = 1
) AS staged
  ON staged.partition_date = recorded.partition_date
  AND staged.currency_code = recorded.currency_code
WHERE recorded.rate IS NULL
  OR staged.rate IS NULL
  OR recorded.rate <> staged.rate
  OR recorded.date_update <> staged.date_update
  OR recorded.object_id <> staged.object_id
ORDER BY 1, 2;
