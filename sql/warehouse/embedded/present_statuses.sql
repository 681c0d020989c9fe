-- Which of the given status values transactions of a day have. $1 day, $2 the values as a JSON array.
SELECT DISTINCT status AS given
FROM finpipe_staging.transactions
WHERE transaction_dt >= $1::date AND transaction_dt < $1::date + 1
  AND status = ANY (ARRAY(SELECT json_array_elements_text($2::json)));
