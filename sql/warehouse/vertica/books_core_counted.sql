-- What a mart counts of the facts of each day of a range, by currency, found by the texts of their dimensions.
-- Variables as in books_counted.sql.
SELECT
  facts.date_key,
  facts.currency_key,
  COUNT(*) AS transactions,
  SUM(CAST(facts.amount AS NUMERIC(38, 0))) AS amount_sum,
  SUM(facts.amount_usd) AS amount_usd
FROM :mart_schema.fct_transactions AS facts
INNER JOIN :mart_schema.dim_statuses AS statuses ON statuses.status_key = facts.status_key
INNER JOIN :mart_schema.dim_transaction_types AS types
  ON types.transaction_type_key = facts.transaction_type_key
WHERE facts.date_key BETWEEN :first_key AND :last_key
  AND NOT facts.is_test
  AND statuses.status IN (:statuses)
  AND (:all_types OR types.transaction_type IN (:types))
GROUP BY facts.date_key, facts.currency_key
ORDER BY facts.date_key, facts.currency_key;
