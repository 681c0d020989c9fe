-- Which of the given types transactions of a day have.
SELECT DISTINCT transaction_type AS given
FROM :staging_schema.transactions
WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  AND transaction_type IN (:values);
