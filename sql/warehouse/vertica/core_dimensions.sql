-- The dimensions grow by what a day of staging names, under the lock of core_lock.sql. A key once given never
-- changes. Texts are compared with a full stop behind them: so two that differ in trailing spaces differ,
-- whatever the server makes of those.
INSERT INTO :mart_schema.dim_dates (
  date_key, date, year, quarter, month, day, iso_year, iso_week, weekday, is_weekend
)
SELECT
  :day_number, DATE :day, :year, :quarter, :month, :month_day, :iso_year, :iso_week, :weekday, :is_weekend
FROM (
  SELECT COUNT(*) AS rows
  FROM (
    SELECT object_id
    FROM :staging_schema.transactions
    WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
    UNION ALL
    SELECT object_id
    FROM :staging_schema.currencies
    WHERE date_update >= DATE :day AND date_update < DATE :day + 1
  ) AS named
) AS counted
CROSS JOIN (
  SELECT COUNT(*) AS rows FROM :mart_schema.dim_dates WHERE date_key = :day_number
) AS known
WHERE counted.rows > 0 AND known.rows = 0;

INSERT INTO :mart_schema.dim_currencies (currency_key, alphabetic_code, name)
SELECT
  named.code,
  CASE WHEN named.code = 420 THEN 'USD' END,
  CASE WHEN named.code = 420 THEN 'US dollar' END
FROM (
  SELECT currency_code AS code
  FROM :staging_schema.transactions
  WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  UNION
  SELECT currency_code AS code
  FROM :staging_schema.currencies
  WHERE date_update >= DATE :day AND date_update < DATE :day + 1
  UNION
  SELECT currency_code_with AS code
  FROM :staging_schema.currencies
  WHERE date_update >= DATE :day AND date_update < DATE :day + 1
) AS named
WHERE named.code NOT IN (SELECT currency_key FROM :mart_schema.dim_currencies);

INSERT INTO :mart_schema.dim_accounts (account_key, account_number, is_test, first_seen_date)
SELECT
  counted.last_key + ROW_NUMBER() OVER (ORDER BY named.account_number),
  named.account_number,
  named.account_number <= 0,
  DATE :day
FROM (
  SELECT account_number_from AS account_number
  FROM :staging_schema.transactions
  WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  UNION
  SELECT account_number_to AS account_number
  FROM :staging_schema.transactions
  WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
) AS named
CROSS JOIN (
  SELECT COALESCE(MAX(account_key), 0) AS last_key FROM :mart_schema.dim_accounts
) AS counted
LEFT JOIN :mart_schema.dim_accounts AS known ON known.account_number = named.account_number
WHERE known.account_number IS NULL;

INSERT INTO :mart_schema.dim_countries (country_key, country)
SELECT
  counted.last_key + ROW_NUMBER() OVER (ORDER BY named.exact),
  named.country
FROM (
  SELECT country || '.' AS exact, MIN(country) AS country
  FROM :staging_schema.transactions
  WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  GROUP BY country || '.'
) AS named
CROSS JOIN (
  SELECT COALESCE(MAX(country_key), 0) AS last_key FROM :mart_schema.dim_countries
) AS counted
LEFT JOIN :mart_schema.dim_countries AS known ON known.country || '.' = named.exact
WHERE known.country_key IS NULL;

INSERT INTO :mart_schema.dim_statuses (status_key, status, rank, is_known)
SELECT
  counted.last_key + ROW_NUMBER() OVER (ORDER BY named.exact),
  named.status,
  CASE named.exact
    WHEN 'queued.' THEN 0
    WHEN 'in_progress.' THEN 1
    WHEN 'blocked.' THEN 2
    WHEN 'done.' THEN 3
    WHEN 'chargeback.' THEN 4
  END,
  named.exact IN ('queued.', 'in_progress.', 'blocked.', 'done.', 'chargeback.')
FROM (
  SELECT status || '.' AS exact, MIN(status) AS status
  FROM :staging_schema.transactions
  WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  GROUP BY status || '.'
) AS named
CROSS JOIN (
  SELECT COALESCE(MAX(status_key), 0) AS last_key FROM :mart_schema.dim_statuses
) AS counted
LEFT JOIN :mart_schema.dim_statuses AS known ON known.status || '.' = named.exact
WHERE known.status_key IS NULL;

INSERT INTO :mart_schema.dim_transaction_types (transaction_type_key, transaction_type)
SELECT
  counted.last_key + ROW_NUMBER() OVER (ORDER BY named.exact),
  named.transaction_type
FROM (
  SELECT transaction_type || '.' AS exact, MIN(transaction_type) AS transaction_type
  FROM :staging_schema.transactions
  WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  GROUP BY transaction_type || '.'
) AS named
CROSS JOIN (
  SELECT COALESCE(MAX(transaction_type_key), 0) AS last_key
  FROM :mart_schema.dim_transaction_types
) AS counted
LEFT JOIN :mart_schema.dim_transaction_types AS known
  ON known.transaction_type || '.' = named.exact
WHERE known.transaction_type_key IS NULL;
