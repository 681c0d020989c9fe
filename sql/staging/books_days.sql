-- The days from :first_day to :last_day that have rows in staging, of each dataset. Each is looked for in
-- the index by day, from the one before it on: it costs what the days cost, not what their rows do.
WITH RECURSIVE transaction_days (day) AS (
  (
    SELECT transaction_dt::date
    FROM stg.transactions
    WHERE transaction_dt >= :first_day::date
    ORDER BY transaction_dt
    LIMIT 1
  )
  UNION ALL
  SELECT (
    SELECT later.transaction_dt::date
    FROM stg.transactions AS later
    WHERE later.transaction_dt >= transaction_days.day + 1
    ORDER BY later.transaction_dt
    LIMIT 1
  )
  FROM transaction_days
  WHERE day < :last_day::date
),

currency_days (day) AS (
  (
    SELECT date_update::date
    FROM stg.currencies
    WHERE date_update >= :first_day::date
    ORDER BY date_update
    LIMIT 1
  )
  UNION ALL
  SELECT (
    SELECT later.date_update::date
    FROM stg.currencies AS later
    WHERE later.date_update >= currency_days.day + 1
    ORDER BY later.date_update
    LIMIT 1
  )
  FROM currency_days
  WHERE day < :last_day::date
)

SELECT 'transactions' AS dataset, day FROM transaction_days WHERE day <= :last_day::date
UNION ALL
SELECT 'currencies' AS dataset, day FROM currency_days WHERE day <= :last_day::date
ORDER BY day, dataset;
