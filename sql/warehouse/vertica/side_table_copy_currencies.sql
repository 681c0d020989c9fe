-- A partition file into its side table; what is said in side_table_copy_transactions.sql holds here.
-- Some versions of the parser misread a NUMERIC, so the rate is read as text too; what is none becomes
-- 0, which is no rate either and is refused (unfit_keep_currencies.sql).
COPY :staging_schema.:side_table (
  object_id_given FILLER VARCHAR(40),
  sent_dttm,
  date_update,
  currency_code,
  currency_code_with,
  rate_given FILLER VARCHAR(100),
  object_id AS CAST(object_id_given AS UUID),
  currency_with_div AS CASE
    WHEN REGEXP_LIKE(rate_given, '^[0-9]{1,12}[.][0-9]{6}$') THEN CAST(rate_given AS NUMERIC(18, 6))
    ELSE 0
  END
)
FROM STDIN
PARSER FCSVPARSER(
  type = 'rfc4180',
  header = 'false',
  trim = 'false',
  reject_on_materialized_type_error = 'true'
)
:enforce_length
REJECTED DATA AS TABLE :rejected_table
STREAM NAME :stream_name
NO COMMIT;
