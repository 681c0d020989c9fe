-- What a COPY of finpipe's own makes of lines that a file may hold: the statement of
-- side_table_copy_transactions.sql, on a table made as in 001_tables.sql. Written for vsql.
CREATE TABLE :staging_schema.:trial_lines (
  object_id           UUID          NOT NULL,
  sent_dttm           TIMESTAMP     NOT NULL,
  operation_id        UUID          NOT NULL,
  account_number_from INTEGER       NOT NULL,
  account_number_to   INTEGER       NOT NULL,
  currency_code       INTEGER       NOT NULL,
  country             VARCHAR(1000) NOT NULL,
  status              VARCHAR(1000) NOT NULL,
  transaction_type    VARCHAR(1000) NOT NULL,
  amount              INTEGER       NOT NULL,
  transaction_dt      TIMESTAMP     NOT NULL
)
ORDER BY status, currency_code, account_number_from, object_id
SEGMENTED BY HASH(object_id) ALL NODES
PARTITION BY transaction_dt::DATE
GROUP BY CALENDAR_HIERARCHY_DAY(transaction_dt::DATE, 2, 2);

-- 01 plain, 02 fractions of a second, 03 quotes, 04 empty strings, 05 an absent string, 06 no number, 07 the
-- greatest number, 08 one more, 09 the least, 0a a UUID in capitals, 0b too few fields, 0c one too many, 0d
-- a time with a zone.
-- [lines] or without ENFORCELENGTH
COPY :staging_schema.:trial_lines (
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
REJECTED DATA AS TABLE :trial_refused
STREAM NAME 'finpipe:trial'
NO COMMIT;
00000000-0000-4000-8000-000000000001,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000002,2022-10-01 10:00:01.123456,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 23:59:59.999999
00000000-0000-4000-8000-000000000003,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,"a ""b"", c","two
lines"," Zoë \",100,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000004,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,"","","",100,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000005,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,,done,pay,100,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000006,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,x,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000007,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,-5,2,420,FR,done,pay,9223372036854775807,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000008,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,9223372036854775808,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000009,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,-9223372036854775808,2022-10-01 10:00:00
ABCDEF00-0000-4000-8000-00000000000A,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
00000000-0000-4000-8000-00000000000b,2022-10-01 10:00:01
00000000-0000-4000-8000-00000000000c,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00,more
00000000-0000-4000-8000-00000000000d,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00+03
\.

-- [taken]
SELECT
  CAST(object_id AS VARCHAR(36)) AS object_id, sent_dttm, operation_id, account_number_from,
  account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt
FROM :staging_schema.:trial_lines
ORDER BY 1;

-- [refused]
SELECT row_number, rejected_data, rejected_reason
FROM :trial_refused
ORDER BY row_number;

-- [rollback]
ROLLBACK;

-- [after-rollback]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_lines;

-- [refused-drop]
DROP TABLE IF EXISTS :trial_refused;

-- Where nothing stands for a column that takes no NULL: is the row rejected, or the COPY over?
-- [null] or without ENFORCELENGTH
COPY :staging_schema.:trial_lines (
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
REJECTED DATA AS TABLE :trial_refused_null
STREAM NAME 'finpipe:trial'
NO COMMIT;
00000000-0000-4000-8000-000000000011,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000012,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,,2022-10-01 10:00:00
\.

-- [null-taken]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_lines;

-- [null-rollback]
ROLLBACK;

-- A line that is empty: is it passed over?
-- [blank] or without ENFORCELENGTH
COPY :staging_schema.:trial_lines (
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
REJECTED DATA AS TABLE :trial_refused_blank
STREAM NAME 'finpipe:trial'
NO COMMIT;
00000000-0000-4000-8000-000000000021,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00

00000000-0000-4000-8000-000000000022,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
\.

-- [blank-taken]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_lines;

-- [blank-refused]
SELECT COUNT(*) AS rows FROM :trial_refused_blank;

-- [blank-rollback]
ROLLBACK;

-- A text that is no UUID is cast to one.
-- [no-uuid] or without ENFORCELENGTH
COPY :staging_schema.:trial_lines (
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
REJECTED DATA AS TABLE :trial_refused_uuid
STREAM NAME 'finpipe:trial'
NO COMMIT;
00000000-0000-4000-8000-000000000031,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
no-uuid,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
\.

-- [no-uuid-taken]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_lines;

-- [no-uuid-rollback]
ROLLBACK;

DROP TABLE :staging_schema.:trial_lines CASCADE;

-- What the parser itself makes of an empty string in quotes, and where nothing stands.
CREATE TABLE :staging_schema.:trial_given (
  place INTEGER NOT NULL,
  given VARCHAR(10)
)
ORDER BY place
UNSEGMENTED ALL NODES;

-- [given-copy]
COPY :staging_schema.:trial_given (place, given)
FROM STDIN
PARSER FCSVPARSER(
  type = 'rfc4180',
  header = 'false',
  trim = 'false',
  reject_on_materialized_type_error = 'true'
)
NO COMMIT;
1,x
2,""
3,
\.

-- [given]
SELECT place, given FROM :staging_schema.:trial_given ORDER BY place;

-- [given-rollback]
ROLLBACK;

DROP TABLE :staging_schema.:trial_given CASCADE;
