-- Takes them out of the side table.
DELETE FROM :staging_schema.:side_table
WHERE NOT (
  date_update >= DATE :day AND date_update < DATE :day + 1
  AND currency_code BETWEEN 0 AND 999
  AND currency_code_with BETWEEN 0 AND 999
  AND currency_with_div >= 0.000001
);
