-- The date and the currencies that a day's facts name, from the side tables.
INSERT INTO :mart_schema.dim_dates (
  date_key, date, year, quarter, month, day, iso_year, iso_week, weekday, is_weekend
)
SELECT :day_number, :day::date, :year, :quarter, :month, :month_day, :iso_year, :iso_week, :weekday, :is_weekend
WHERE EXISTS (SELECT FROM :mart_schema.fct_transactions_build)
OR EXISTS (SELECT FROM :mart_schema.fct_currency_rates_build)
ON CONFLICT (date_key) DO NOTHING;

INSERT INTO :mart_schema.dim_currencies (currency_key, alphabetic_code, name)
SELECT
  named.code,
  CASE WHEN named.code = 420 THEN 'USD' END,
  CASE WHEN named.code = 420 THEN 'US dollar' END
FROM (
  SELECT currency_key AS code FROM :mart_schema.fct_transactions_build
  UNION
  SELECT currency_key FROM :mart_schema.fct_currency_rates_build
  UNION
  SELECT currency_with_key FROM :mart_schema.fct_currency_rates_build
) AS named
ON CONFLICT (currency_key) DO NOTHING;
