-- Days are built in any order: the least date of all facts that ever named the account. Those of the day stand by
-- now: a build that broke off before its swap has dated no account by facts that never were.
UPDATE :mart_schema.dim_accounts SET first_seen_date = DATE :day
WHERE first_seen_date > DATE :day
  AND account_key IN (
    SELECT account_from_key FROM :mart_schema.fct_transactions WHERE date_key = :day_number
    UNION ALL
    SELECT account_to_key FROM :mart_schema.fct_transactions WHERE date_key = :day_number
  );
