-- Days are built in any order: the least date of all facts that ever named the account.
UPDATE :mart_schema.dim_accounts SET first_seen_date = DATE :day
WHERE first_seen_date > DATE :day
  AND account_key IN (
    SELECT account_from_key FROM :staging_schema.:transactions_side
    UNION ALL
    SELECT account_to_key FROM :staging_schema.:transactions_side
  );
