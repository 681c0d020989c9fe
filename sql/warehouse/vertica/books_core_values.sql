-- How many rows of each day of a range have a fact that says the same, value by value.
SELECT facts.date_key, COUNT(DISTINCT staged.object_id) AS same
FROM :staging_schema.transactions AS staged
INNER JOIN :mart_schema.fct_transactions AS facts
  ON facts.object_id = staged.object_id
  AND facts.date_key = EXTRACT(YEAR FROM staged.transaction_dt) * 10000 + EXTRACT(MONTH FROM staged.transaction_dt) * 100 + EXTRACT(DAY FROM staged.transaction_dt)
INNER JOIN :mart_schema.dim_accounts AS senders ON senders.account_key = facts.account_from_key
INNER JOIN :mart_schema.dim_accounts AS receivers ON receivers.account_key = facts.account_to_key
INNER JOIN :mart_schema.dim_countries AS countries ON countries.country_key = facts.country_key
INNER JOIN :mart_schema.dim_statuses AS statuses ON statuses.status_key = facts.status_key
INNER JOIN :mart_schema.dim_transaction_types AS types
  ON types.transaction_type_key = facts.transaction_type_key
WHERE staged.transaction_dt >= CAST(:first_day AS DATE) AND staged.transaction_dt < CAST(:last_day AS DATE) + 1
  AND facts.sent_dttm = staged.sent_dttm
  AND facts.operation_id = staged.operation_id
  AND senders.account_number = staged.account_number_from
  AND receivers.account_number = staged.account_number_to
  AND facts.currency_key = staged.currency_code
  AND countries.country = staged.country
  AND statuses.status = staged.status
  AND types.transaction_type = staged.transaction_type
  AND facts.amount = staged.amount
  AND facts.transaction_dt = staged.transaction_dt
GROUP BY facts.date_key
ORDER BY facts.date_key;
