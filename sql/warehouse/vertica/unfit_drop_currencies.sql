-- Takes them out of the side table; on the example of 2022-10-01.
DELETE FROM finpipe_staging.currencies_load_0123456789ab
WHERE NOT (
  date_update >= DATE '2022-10-01' AND date_update < DATE '2022-10-01' + 1
  AND currency_code BETWEEN 0 AND 999
  AND currency_code_with BETWEEN 0 AND 999
  AND currency_with_div >= 0.000001
);
