-- The accounts that a day's rows name and that the dimension does not have yet. Days are built in any order: the
-- first date of an account is the least of all facts that ever named it. Rows are read for that only if the
-- dimension has a later date.
UPDATE :mart_schema.dim_accounts SET first_seen_date = :day::date
WHERE first_seen_date > :day::date
  AND account_number IN (
    SELECT account_number_from
    FROM :staging_schema.transactions
    WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
    UNION ALL
    SELECT account_number_to
    FROM :staging_schema.transactions
    WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  )
  AND EXISTS (SELECT FROM :mart_schema.dim_accounts WHERE first_seen_date > :day::date);

INSERT INTO :mart_schema.dim_accounts (account_key, account_number, is_test, first_seen_date)
SELECT
  (SELECT coalesce(max(account_key), 0) FROM :mart_schema.dim_accounts)
  + row_number() OVER (ORDER BY named.account_number),
  named.account_number,
  named.account_number <= 0,
  :day::date
FROM (
  SELECT DISTINCT given.account_number
  FROM (
    SELECT account_number_from AS account_number
    FROM :staging_schema.transactions
    WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
    UNION ALL
    SELECT account_number_to
    FROM :staging_schema.transactions
    WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  ) AS given
  LEFT JOIN :mart_schema.dim_accounts AS known ON known.account_number = given.account_number
  WHERE known.account_number IS NULL
) AS named;
