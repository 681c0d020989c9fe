-- Staging, records of loads and mart of the embedded warehouse (docs/contract.md, sections 5, 6, 8).

-- One partition per day: loading a day swaps a whole table in, and undo swaps it back.
-- The checks are those of the contract's section 1: a row that breaks one is a refused row.
CREATE TABLE :staging_schema.transactions (
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

CREATE TABLE :staging_schema.currencies (
  object_id          uuid           NOT NULL,
  sent_dttm          timestamp      NOT NULL,
  date_update        timestamp      NOT NULL,
  currency_code      integer        NOT NULL,
  currency_code_with integer        NOT NULL,
  currency_with_div  numeric(18, 6) NOT NULL,
  CONSTRAINT currency_code_range CHECK (currency_code BETWEEN 0 AND 999),
  CONSTRAINT currency_code_with_range CHECK (currency_code_with BETWEEN 0 AND 999),
  CONSTRAINT currency_with_div_range
    CHECK (currency_with_div BETWEEN 0.000001 AND 999999999999.999999)
) PARTITION BY RANGE (date_update);

-- Serves the mart's question for a currency's latest rate: the first entry is the answer.
CREATE INDEX currencies_latest ON :staging_schema.currencies
  (currency_code, currency_code_with, date_update DESC, sent_dttm DESC, object_id DESC);

-- What stands in staging: a row for each day that was loaded, also with an empty file.
CREATE TABLE :staging_schema.loads (
  dataset                varchar(64) NOT NULL,
  partition_date         date        NOT NULL,
  load_id                uuid        NOT NULL,
  sha256                 char(64)    NOT NULL,
  manifest_rows          bigint      NOT NULL,
  manifest_control_total numeric     NOT NULL,
  rows                   bigint      NOT NULL,
  refused                bigint      NOT NULL,
  control_total          numeric     NOT NULL,
  loaded_at              timestamp   NOT NULL,
  version                varchar(64) NOT NULL,
  core_stale             boolean     NOT NULL,
  mart_stale             boolean     NOT NULL,
  PRIMARY KEY (dataset, partition_date)
);

-- The day last loaded of each dataset, as it was before: its rows are in <dataset>_undo. All that
-- was recorded is NULL where the day had never been loaded.
CREATE TABLE :staging_schema.load_undo (
  dataset                varchar(64) NOT NULL PRIMARY KEY,
  partition_date         date        NOT NULL,
  load_id                uuid,
  sha256                 char(64),
  manifest_rows          bigint,
  manifest_control_total numeric,
  rows                   bigint,
  refused                bigint,
  control_total          numeric,
  loaded_at              timestamp,
  version                varchar(64)
);

-- Rows that the warehouse did not take, with those of failed loads: their load_id is in no other
-- table. The raw row is as it stood in the file, without its line's end.
CREATE TABLE :staging_schema.load_refused (
  load_id        uuid          NOT NULL,
  dataset        varchar(64)   NOT NULL,
  partition_date date          NOT NULL,
  line           bigint        NOT NULL,
  reason         varchar(1000) NOT NULL,
  raw            bytea         NOT NULL,
  refused_at     timestamp     NOT NULL,
  PRIMARY KEY (load_id, line)
);

CREATE TABLE :mart_schema.global_metrics (
  hk_global_metrics              bigint         NOT NULL,
  date_update                    date           NOT NULL,
  currency_from                  integer        NOT NULL,
  amount_total                   numeric(38, 2) NOT NULL,
  cnt_transactions               bigint         NOT NULL,
  avg_transactions_per_account   numeric(18, 4) NOT NULL,
  cnt_accounts_make_transactions bigint         NOT NULL,
  load_dt                        timestamp      NOT NULL,
  load_src                       varchar(64)    NOT NULL,
  PRIMARY KEY (date_update, currency_from)
);

-- Currencies that had counted transactions and no rate on or before the day.
CREATE TABLE :mart_schema.global_metrics_left_out (
  date_update      date      NOT NULL,
  currency_from    integer   NOT NULL,
  cnt_transactions bigint    NOT NULL,
  amount_sum       numeric   NOT NULL,
  load_dt          timestamp NOT NULL,
  PRIMARY KEY (date_update, currency_from)
);
