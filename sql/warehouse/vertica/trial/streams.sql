-- Two sessions fill one table side by side, as load --streams 2 does: neither has committed when the other
-- begins.
CREATE TABLE :staging_schema.:trial_both (
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

-- [stream-1] or without ENFORCELENGTH
COPY :staging_schema.:trial_both (
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
REJECTED DATA AS TABLE :trial_refused_1
STREAM NAME 'finpipe:trial'
NO COMMIT;
00000000-0000-4000-8000-000000000001,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
\.

-- [stream-2] session 2 or without ENFORCELENGTH
COPY :staging_schema.:trial_both (
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
REJECTED DATA AS TABLE :trial_refused_2
STREAM NAME 'finpipe:trial'
NO COMMIT;
00000000-0000-4000-8000-000000000002,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
\.

-- [stream-2-commit] session 2
COMMIT;

-- [stream-1-commit]
COMMIT;

-- [stream-rows]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_both;

DROP TABLE :staging_schema.:trial_both CASCADE;
