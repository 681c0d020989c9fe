-- How many accounts a day may be the first date of.
SELECT COUNT(*) AS accounts
FROM :mart_schema.dim_accounts
WHERE first_seen_date > DATE :day;
