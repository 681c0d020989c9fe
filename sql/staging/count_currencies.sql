-- Rows of a day in staging, before one per object_id.
SELECT count(*) AS staged_rows
FROM stg.currencies
WHERE date_update >= $1::date AND date_update < $1::date + 1;
