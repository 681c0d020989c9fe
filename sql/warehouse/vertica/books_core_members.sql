-- The members of each dimension, over all dates: its rows, its keys, what the keys stand for, each once, and the
-- rows that say something else of a member than follows from what it is. The first date of an account is one that
-- a fact named, or that of no fact (docs/core.md). Texts are
-- compared with a full stop behind them, so that trailing spaces count.
SELECT
  'dim_currencies' AS dimension,
  COUNT(*) AS rows,
  COUNT(DISTINCT currency_key) AS keys,
  COUNT(DISTINCT currency_key) AS members,
  SUM(
    CASE
      WHEN currency_key = 420 AND alphabetic_code = 'USD' AND name = 'US dollar' THEN 0
      WHEN currency_key <> 420 AND alphabetic_code IS NULL AND name IS NULL THEN 0
      ELSE 1
    END
  ) AS other
FROM :mart_schema.dim_currencies
UNION ALL
SELECT
  'dim_accounts' AS dimension,
  COUNT(*) AS rows,
  COUNT(DISTINCT accounts.account_key) AS keys,
  COUNT(DISTINCT accounts.account_number) AS members,
  SUM(
    CASE
      WHEN accounts.is_test = (accounts.account_number <= 0)
        AND (dates.date IS NOT NULL OR accounts.first_seen_date = DATE '9999-12-31') THEN 0
      ELSE 1
    END
  ) AS other
FROM :mart_schema.dim_accounts AS accounts
LEFT JOIN :mart_schema.dim_dates AS dates ON dates.date = accounts.first_seen_date
UNION ALL
SELECT
  'dim_countries' AS dimension,
  COUNT(*) AS rows,
  COUNT(DISTINCT country_key) AS keys,
  COUNT(DISTINCT country || '.') AS members,
  0 AS other
FROM :mart_schema.dim_countries
UNION ALL
SELECT
  'dim_statuses' AS dimension,
  COUNT(*) AS rows,
  COUNT(DISTINCT status_key) AS keys,
  COUNT(DISTINCT status || '.') AS members,
  SUM(
    CASE
      WHEN rank IS NULL AND NOT is_known
        AND (status || '.') NOT IN ('queued.', 'in_progress.', 'blocked.', 'done.', 'chargeback.') THEN 0
      WHEN is_known
        AND rank = CASE (status || '.')
          WHEN 'queued.' THEN 0
          WHEN 'in_progress.' THEN 1
          WHEN 'blocked.' THEN 2
          WHEN 'done.' THEN 3
          WHEN 'chargeback.' THEN 4
        END THEN 0
      ELSE 1
    END
  ) AS other
FROM :mart_schema.dim_statuses
UNION ALL
SELECT
  'dim_transaction_types' AS dimension,
  COUNT(*) AS rows,
  COUNT(DISTINCT transaction_type_key) AS keys,
  COUNT(DISTINCT transaction_type || '.') AS members,
  0 AS other
FROM :mart_schema.dim_transaction_types
ORDER BY 1;
