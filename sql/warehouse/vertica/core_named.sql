-- The date and the currencies that a day's facts name, from the side tables, under the lock of core_lock.sql.
INSERT INTO :mart_schema.dim_dates (
  date_key, date, year, quarter, month, day, iso_year, iso_week, weekday, is_weekend
)
SELECT
  :day_number, DATE :day, :year, :quarter, :month, :month_day, :iso_year, :iso_week, :weekday, :is_weekend
FROM (
  SELECT COUNT(*) AS rows FROM :staging_schema.:transactions_side
) AS facts
CROSS JOIN (
  SELECT COUNT(*) AS rows FROM :staging_schema.:rates_side
) AS rates
CROSS JOIN (
  SELECT COUNT(*) AS rows FROM :mart_schema.dim_dates WHERE date_key = :day_number
) AS known
WHERE facts.rows + rates.rows > 0 AND known.rows = 0;

INSERT INTO :mart_schema.dim_currencies (currency_key, alphabetic_code, name)
SELECT
  named.code,
  CASE WHEN named.code = 420 THEN 'USD' END,
  CASE WHEN named.code = 420 THEN 'US dollar' END
FROM (
  SELECT currency_key AS code FROM :staging_schema.:transactions_side
  UNION
  SELECT currency_key AS code FROM :staging_schema.:rates_side
  UNION
  SELECT currency_with_key AS code FROM :staging_schema.:rates_side
) AS named
WHERE named.code NOT IN (SELECT currency_key FROM :mart_schema.dim_currencies);
