-- Accounts that a build added which broke off: no fact may ever have named them.
UPDATE :mart_schema.dim_accounts SET first_seen_date = DATE '9999-12-31'
WHERE account_key > :last_account_key AND first_seen_date = DATE :day;
