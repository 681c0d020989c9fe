-- The accounts that a day's rows name and that the dimension does not have yet, under the lock of core_lock.sql.
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
