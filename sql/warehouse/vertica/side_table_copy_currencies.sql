-- A partition file into its side table; what is said in side_table_copy_transactions.sql holds here.
COPY finpipe_staging.currencies_load_0123456789ab (
  object_id,
  sent_dttm,
  date_update,
  currency_code,
  currency_code_with,
  currency_with_div
)
FROM STDIN
PARSER FCSVPARSER(
  type = 'rfc4180',
  header = 'false',
  trim = 'false',
  reject_on_materialized_type_error = 'true'
)
ENFORCELENGTH
REJECTED DATA AS TABLE finpipe_rejected_0123456789ab
STREAM NAME :stream_name
NO COMMIT;
