-- A partition file into its side table. No column takes NULL: an empty string is a value, and as the
-- parser makes NULL of it, it is put back (where none stood there: changed_keep.sql). The parser is
-- known to read UUIDs from texts alone; these have room for more than a UUID, so that none is made of
-- a longer text by cutting it. trim would cut spaces and line ends off values; without
-- reject_on_materialized_type_error a value of the wrong type would become NULL; without ENFORCELENGTH
-- one that is too long might be cut (where it was: changed_keep.sql): :enforce_length is that word, or
-- nothing where the server does not take it together with the parser. NO COMMIT, as nothing is decided
-- yet; the table of the rejected rows is a temporary one of this session for that reason. Not FROM
-- LOCAL STDIN, which goes with no REJECTED DATA AS TABLE (error 5767).
COPY :staging_schema.:side_table (
  object_id_given FILLER VARCHAR(40),
  sent_dttm,
  operation_id_given FILLER VARCHAR(40),
  account_number_from,
  account_number_to,
  currency_code,
  country_given FILLER VARCHAR(1000),
  status_given FILLER VARCHAR(1000),
  transaction_type_given FILLER VARCHAR(1000),
  amount,
  transaction_dt,
  object_id AS CAST(object_id_given AS UUID),
  operation_id AS CAST(operation_id_given AS UUID),
  country AS COALESCE(country_given, ''),
  status AS COALESCE(status_given, ''),
  transaction_type AS COALESCE(transaction_type_given, '')
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
