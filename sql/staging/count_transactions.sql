-- Rows of a day in staging, before one per object_id.
SELECT count(*) AS staged_rows
FROM stg.transactions
WHERE transaction_dt >= $1::date AND transaction_dt < $1::date + 1;
