-- The facts of each day of a range by currency and rate: how many there are, how many do not find one of their
-- dimensions, say of a test account what the accounts do not, or are of an account that was seen later; how many
-- dollars are not amount * rate / 100; and the least and the greatest stamp of the build.
SELECT
  facts.date_key,
  facts.currency_key,
  facts.rate,
  COUNT(*) AS facts,
  SUM(facts.amount) AS amount_sum,
  SUM(CASE WHEN dates.date_key IS NULL THEN 1 ELSE 0 END) AS without_date,
  SUM(CASE WHEN senders.account_key IS NULL OR receivers.account_key IS NULL THEN 1 ELSE 0 END) AS without_account,
  SUM(CASE WHEN currencies.currency_key IS NULL THEN 1 ELSE 0 END) AS without_currency,
  SUM(CASE WHEN countries.country_key IS NULL THEN 1 ELSE 0 END) AS without_country,
  SUM(CASE WHEN statuses.status_key IS NULL THEN 1 ELSE 0 END) AS without_status,
  SUM(CASE WHEN types.transaction_type_key IS NULL THEN 1 ELSE 0 END) AS without_type,
  SUM(
    CASE
      WHEN facts.is_test = (senders.account_number <= 0 OR receivers.account_number <= 0) THEN 0
      WHEN senders.account_key IS NULL OR receivers.account_key IS NULL THEN 0
      ELSE 1
    END
  ) AS other_test,
  SUM(
    CASE WHEN senders.first_seen > facts.date_key OR receivers.first_seen > facts.date_key THEN 1 ELSE 0 END
  ) AS seen_later,
  SUM(
    CASE
      WHEN facts.rate IS NULL AND facts.amount_usd IS NULL THEN 0
      WHEN facts.amount_usd = facts.amount * facts.rate * 0.01 THEN 0
      ELSE 1
    END
  ) AS other_dollars,
  MIN(facts.load_dt) AS first_load_dt,
  MAX(facts.load_dt) AS last_load_dt,
  MIN(facts.load_src) AS first_load_src,
  MAX(facts.load_src) AS last_load_src
FROM :mart_schema.fct_transactions AS facts
LEFT JOIN (
  SELECT DISTINCT date_key FROM :mart_schema.dim_dates
) AS dates ON dates.date_key = facts.date_key
LEFT JOIN (
  SELECT
    account_key,
    MIN(account_number) AS account_number,
    MAX(EXTRACT(YEAR FROM first_seen_date) * 10000 + EXTRACT(MONTH FROM first_seen_date) * 100 + EXTRACT(DAY FROM first_seen_date)) AS first_seen
  FROM :mart_schema.dim_accounts
  GROUP BY account_key
) AS senders ON senders.account_key = facts.account_from_key
LEFT JOIN (
  SELECT
    account_key,
    MIN(account_number) AS account_number,
    MAX(EXTRACT(YEAR FROM first_seen_date) * 10000 + EXTRACT(MONTH FROM first_seen_date) * 100 + EXTRACT(DAY FROM first_seen_date)) AS first_seen
  FROM :mart_schema.dim_accounts
  GROUP BY account_key
) AS receivers ON receivers.account_key = facts.account_to_key
LEFT JOIN (
  SELECT DISTINCT currency_key FROM :mart_schema.dim_currencies
) AS currencies ON currencies.currency_key = facts.currency_key
LEFT JOIN (
  SELECT DISTINCT country_key FROM :mart_schema.dim_countries
) AS countries ON countries.country_key = facts.country_key
LEFT JOIN (
  SELECT DISTINCT status_key FROM :mart_schema.dim_statuses
) AS statuses ON statuses.status_key = facts.status_key
LEFT JOIN (
  SELECT DISTINCT transaction_type_key FROM :mart_schema.dim_transaction_types
) AS types ON types.transaction_type_key = facts.transaction_type_key
WHERE facts.date_key BETWEEN :first_key AND :last_key
GROUP BY facts.date_key, facts.currency_key, facts.rate
ORDER BY facts.date_key, facts.currency_key, facts.rate;
