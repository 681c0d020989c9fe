-- How many rows of the side table have an empty string, of which the file may have had none at all.
SELECT COUNT(*) AS possible
FROM finpipe_staging.transactions_load_0123456789ab
WHERE country = '' OR status = '' OR transaction_type = '';
