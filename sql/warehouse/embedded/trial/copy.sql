-- What COPY (side_table_copy.sql) makes of lines that a file may hold, in a side table made as in side_table.sql.
-- For psql of the server's version. A row that is refused fails its COPY, so those stand alone.
CREATE TABLE :staging_schema.:trial_parent (
  object_id           uuid          NOT NULL,
  sent_dttm           timestamp     NOT NULL,
  operation_id        uuid          NOT NULL,
  account_number_from bigint        NOT NULL,
  account_number_to   bigint        NOT NULL,
  currency_code       integer       NOT NULL,
  country             varchar(1000) NOT NULL,
  status              varchar(1000) NOT NULL,
  transaction_type    varchar(1000) NOT NULL,
  amount              bigint        NOT NULL,
  transaction_dt      timestamp     NOT NULL,
  CONSTRAINT currency_code_range CHECK (currency_code BETWEEN 0 AND 999),
  CONSTRAINT country_bytes CHECK (octet_length(country) <= 1000),
  CONSTRAINT status_bytes CHECK (octet_length(status) <= 1000),
  CONSTRAINT transaction_type_bytes CHECK (octet_length(transaction_type) <= 1000)
) PARTITION BY RANGE (transaction_dt);

CREATE TABLE :staging_schema.:trial_lines (
  LIKE :staging_schema.:trial_parent INCLUDING CONSTRAINTS,
  CONSTRAINT of_the_day
    CHECK (transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1)
);

-- 01 plain, 02 fractions of a second, 03 quotes, 04 empty strings, 07 the greatest number, 09 the least, 0a a UUID
-- in capitals.
-- [lines]
COPY :staging_schema.:trial_lines FROM STDIN (FORMAT csv);
00000000-0000-4000-8000-000000000001,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000002,2022-10-01 10:00:01.123456,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 23:59:59.999999
00000000-0000-4000-8000-000000000003,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,"a ""b"", c","two
lines"," Zoë \",100,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000004,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,"","","",100,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000007,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,-5,2,420,FR,done,pay,9223372036854775807,2022-10-01 10:00:00
00000000-0000-4000-8000-000000000009,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,-9223372036854775808,2022-10-01 10:00:00
ABCDEF00-0000-4000-8000-00000000000A,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00
\.

-- [line-05]
COPY :staging_schema.:trial_lines FROM STDIN (FORMAT csv);
00000000-0000-4000-8000-000000000005,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,,done,pay,100,2022-10-01 10:00:00
\.

-- [line-06]
COPY :staging_schema.:trial_lines FROM STDIN (FORMAT csv);
00000000-0000-4000-8000-000000000006,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,x,2022-10-01 10:00:00
\.

-- [line-08]
COPY :staging_schema.:trial_lines FROM STDIN (FORMAT csv);
00000000-0000-4000-8000-000000000008,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,9223372036854775808,2022-10-01 10:00:00
\.

-- [line-0b]
COPY :staging_schema.:trial_lines FROM STDIN (FORMAT csv);
00000000-0000-4000-8000-00000000000b,2022-10-01 10:00:01
\.

-- [line-0c]
COPY :staging_schema.:trial_lines FROM STDIN (FORMAT csv);
00000000-0000-4000-8000-00000000000c,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-01 10:00:00,more
\.

-- [line-of-another-day]
COPY :staging_schema.:trial_lines FROM STDIN (FORMAT csv);
00000000-0000-4000-8000-00000000000e,2022-10-01 10:00:01,00000000-0000-4000-8000-00000000abcd,1,2,420,FR,done,pay,100,2022-10-02 00:00:00
\.

-- [taken]
SELECT
  CAST(object_id AS VARCHAR(36)) AS object_id, sent_dttm, operation_id, account_number_from,
  account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt
FROM :staging_schema.:trial_lines
ORDER BY 1;

DROP TABLE :staging_schema.:trial_lines;

DROP TABLE :staging_schema.:trial_parent;
