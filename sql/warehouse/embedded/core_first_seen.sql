-- Days are built in any order: the least date of all facts that ever named the account.
UPDATE :mart_schema.dim_accounts SET first_seen_date = :day::date
WHERE first_seen_date > :day::date
  AND account_key IN (
    SELECT account_from_key FROM :mart_schema.fct_transactions_build
    UNION ALL
    SELECT account_to_key FROM :mart_schema.fct_transactions_build
  );
