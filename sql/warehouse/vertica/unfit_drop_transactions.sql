-- Takes them out of the side table; on the example of 2022-10-01.
DELETE FROM finpipe_staging.transactions_load_0123456789ab
WHERE NOT (
  transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1
  AND currency_code BETWEEN 0 AND 999
);
