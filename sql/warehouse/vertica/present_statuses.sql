-- Which of the given status values transactions of a day have.
SELECT DISTINCT status AS given
FROM :staging_schema.transactions
WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  AND status IN (:values);
