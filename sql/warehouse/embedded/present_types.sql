-- Which of the given types, a JSON array, transactions of a day have.
SELECT DISTINCT transaction_type AS given
FROM :staging_schema.transactions
WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  AND transaction_type = ANY (ARRAY(SELECT json_array_elements_text(:values::json)));
