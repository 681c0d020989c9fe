-- The countries, statuses and types that a day's rows name and that the dimensions do not have yet, under the lock
-- of core_lock.sql: dimensions only grow, and a key once given never changes. Texts are compared with a full stop
-- behind them: so two that differ in trailing spaces differ, whatever the server makes of those. Run only if
-- core_facts.sql left rows out: a day seldom names a new one.
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
