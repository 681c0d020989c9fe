-- Which of the given status values, a JSON array, transactions of a day have.
SELECT DISTINCT status AS given
FROM :staging_schema.transactions
WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  AND status = ANY (ARRAY(SELECT json_array_elements_text(:values::json)));
