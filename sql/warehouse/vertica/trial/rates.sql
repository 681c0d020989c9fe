-- The COPY of the currencies (side_table_copy_currencies.sql): 02 is no rate, and is taken as 0, which is
-- refused afterwards.
CREATE TABLE :staging_schema.:trial_rates (
  object_id          UUID           NOT NULL,
  sent_dttm          TIMESTAMP      NOT NULL,
  date_update        TIMESTAMP      NOT NULL,
  currency_code      INTEGER        NOT NULL,
  currency_code_with INTEGER        NOT NULL,
  currency_with_div  NUMERIC(18, 6) NOT NULL
)
ORDER BY currency_code_with, currency_code, date_update, object_id
UNSEGMENTED ALL NODES
PARTITION BY date_update::DATE
GROUP BY CALENDAR_HIERARCHY_DAY(date_update::DATE, 2, 2);

-- [rates] or without ENFORCELENGTH
COPY :staging_schema.:trial_rates (
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
REJECTED DATA AS TABLE :trial_refused_rates
STREAM NAME 'finpipe:trial'
NO COMMIT;
00000000-0000-4000-8000-000000000001,2022-10-01 10:00:01,2022-10-01 10:00:00,410,420,123456789012.000001
00000000-0000-4000-8000-000000000002,2022-10-01 10:00:01,2022-10-01 10:00:00,410,420,1e3
\.

-- [rates-taken]
SELECT currency_code, currency_code_with, currency_with_div
FROM :staging_schema.:trial_rates
ORDER BY currency_with_div;

-- [rates-rollback]
ROLLBACK;

-- [rates-refused-drop]
DROP TABLE IF EXISTS :trial_refused_rates;

DROP TABLE :staging_schema.:trial_rates CASCADE;
