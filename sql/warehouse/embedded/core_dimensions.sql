-- The members that a day's rows name and that the dimensions do not have yet: dimensions only grow, and a key once
-- given never changes. Texts are compared by their bytes, as PostgreSQL does with every deterministic collation.
INSERT INTO :mart_schema.dim_dates (
  date_key, date, year, quarter, month, day, iso_year, iso_week, weekday, is_weekend
)
SELECT :day_number, :day::date, :year, :quarter, :month, :month_day, :iso_year, :iso_week, :weekday, :is_weekend
WHERE EXISTS (
  SELECT FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
)
OR EXISTS (
  SELECT FROM :staging_schema.currencies
  WHERE date_update >= :day::date AND date_update < :day::date + 1
)
ON CONFLICT (date_key) DO NOTHING;

INSERT INTO :mart_schema.dim_currencies (currency_key, alphabetic_code, name)
SELECT
  named.code,
  CASE WHEN named.code = 420 THEN 'USD' END,
  CASE WHEN named.code = 420 THEN 'US dollar' END
FROM (
  SELECT currency_code AS code
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  UNION
  SELECT currency_code
  FROM :staging_schema.currencies
  WHERE date_update >= :day::date AND date_update < :day::date + 1
  UNION
  SELECT currency_code_with
  FROM :staging_schema.currencies
  WHERE date_update >= :day::date AND date_update < :day::date + 1
) AS named
ON CONFLICT (currency_key) DO NOTHING;

-- Days are built in any order: the first date of an account is the least of all facts that ever named it.
WITH named AS MATERIALIZED (
  SELECT account_number_from AS account_number
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  UNION
  SELECT account_number_to
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
),

seen_earlier AS (
  UPDATE :mart_schema.dim_accounts AS known SET first_seen_date = :day::date
  FROM named
  WHERE named.account_number = known.account_number AND known.first_seen_date > :day::date
)

INSERT INTO :mart_schema.dim_accounts (account_key, account_number, is_test, first_seen_date)
SELECT
  (SELECT coalesce(max(account_key), 0) FROM :mart_schema.dim_accounts)
  + row_number() OVER (ORDER BY named.account_number),
  named.account_number,
  named.account_number <= 0,
  :day::date
FROM named
LEFT JOIN :mart_schema.dim_accounts AS known ON known.account_number = named.account_number
WHERE known.account_number IS NULL;

INSERT INTO :mart_schema.dim_countries (country_key, country)
SELECT
  (SELECT coalesce(max(country_key), 0) FROM :mart_schema.dim_countries)
  + row_number() OVER (ORDER BY named.country),
  named.country
FROM (
  SELECT DISTINCT country
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
) AS named
LEFT JOIN :mart_schema.dim_countries AS known ON known.country = named.country
WHERE known.country IS NULL;

INSERT INTO :mart_schema.dim_statuses (status_key, status, rank, is_known)
SELECT
  (SELECT coalesce(max(status_key), 0) FROM :mart_schema.dim_statuses)
  + row_number() OVER (ORDER BY ranks.rank, named.status),
  named.status,
  ranks.rank,
  ranks.rank IS NOT NULL
FROM (
  SELECT DISTINCT status
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
) AS named
LEFT JOIN (
  VALUES ('queued', 0), ('in_progress', 1), ('blocked', 2), ('done', 3), ('chargeback', 4)
) AS ranks (status, rank) ON ranks.status = named.status
LEFT JOIN :mart_schema.dim_statuses AS known ON known.status = named.status
WHERE known.status IS NULL;

INSERT INTO :mart_schema.dim_transaction_types (transaction_type_key, transaction_type)
SELECT
  (SELECT coalesce(max(transaction_type_key), 0) FROM :mart_schema.dim_transaction_types)
  + row_number() OVER (ORDER BY named.transaction_type),
  named.transaction_type
FROM (
  SELECT DISTINCT transaction_type
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
) AS named
LEFT JOIN :mart_schema.dim_transaction_types AS known ON known.transaction_type = named.transaction_type
WHERE known.transaction_type IS NULL;
