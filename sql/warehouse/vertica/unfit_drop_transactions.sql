-- Takes them out of the side table.
DELETE FROM :staging_schema.:side_table
WHERE NOT (
  transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
  AND currency_code BETWEEN 0 AND 999
);
