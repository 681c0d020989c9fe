-- Which of the given types transactions of a day have. $1 day, $2 the types as a JSON array.
SELECT DISTINCT transaction_type AS given
FROM finpipe_staging.transactions
WHERE transaction_dt >= $1::date AND transaction_dt < $1::date + 1
  AND transaction_type = ANY (ARRAY(SELECT json_array_elements_text($2::json)));
