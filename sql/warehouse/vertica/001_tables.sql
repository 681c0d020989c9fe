-- Staging, records of loads and mart (docs/contract.md, sections 5, 6, 8). DDL commits by itself, so
-- each statement can be run again: a migration that broke off is begun anew.

-- One partition per day, grouped by month and year when they are old: a projection has at most 1,024
-- ROS containers, which plain days would reach in three years. All partition functions are called
-- with force_split for that reason. Sorted for the mart, which asks for one status and groups by
-- currency; segmented by the operation, so that no account makes one node do the work.
CREATE TABLE IF NOT EXISTS :staging_schema.transactions (
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

-- Some dozens of rows a day: each node has them all, and a join with them needs no network.
CREATE TABLE IF NOT EXISTS :staging_schema.currencies (
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

-- Nothing is ever in them: a load holds the one of its dataset locked (load_lock.sql).
CREATE TABLE IF NOT EXISTS :staging_schema.transactions_lock (
  held BOOLEAN
)
ORDER BY held
UNSEGMENTED ALL NODES;

CREATE TABLE IF NOT EXISTS :staging_schema.currencies_lock (
  held BOOLEAN
)
ORDER BY held
UNSEGMENTED ALL NODES;

-- What stands in staging: a row for each day that was loaded, also with an empty file.
CREATE TABLE IF NOT EXISTS :staging_schema.loads (
  dataset                VARCHAR(64)    NOT NULL,
  partition_date         DATE           NOT NULL,
  load_id                UUID           NOT NULL,
  sha256                 CHAR(64)       NOT NULL,
  manifest_rows          INTEGER        NOT NULL,
  manifest_control_total NUMERIC(38, 6) NOT NULL,
  rows                   INTEGER        NOT NULL,
  refused                INTEGER        NOT NULL,
  control_total          NUMERIC(38, 6) NOT NULL,
  loaded_at              TIMESTAMP      NOT NULL,
  version                VARCHAR(64)    NOT NULL,
  core_stale             BOOLEAN        NOT NULL,
  mart_stale             BOOLEAN        NOT NULL,
  PRIMARY KEY (dataset, partition_date) ENABLED
)
ORDER BY dataset, partition_date
UNSEGMENTED ALL NODES;

-- A swap that was begun and is not recorded yet. Whoever loads the dataset next finds out by the
-- fingerprint of the day whether it came to pass. One row a dataset; side_load_id names the side
-- table, is_undo says in which direction.
CREATE TABLE IF NOT EXISTS :staging_schema.load_pending (
  dataset                VARCHAR(64)    NOT NULL,
  partition_date         DATE           NOT NULL,
  is_undo                BOOLEAN        NOT NULL,
  side_load_id           UUID           NOT NULL,
  fingerprint            NUMERIC(38, 0) NOT NULL,
  sha256                 CHAR(64),
  manifest_rows          INTEGER,
  manifest_control_total NUMERIC(38, 6),
  rows                   INTEGER        NOT NULL,
  refused                INTEGER,
  control_total          NUMERIC(38, 6) NOT NULL,
  loaded_at              TIMESTAMP,
  version                VARCHAR(64),
  PRIMARY KEY (dataset) ENABLED
)
ORDER BY dataset
UNSEGMENTED ALL NODES;

-- The day last loaded of each dataset, as it was before: its rows are in the side table of the load
-- that replaced it, side_load_id. All that was recorded is NULL where the day had never been loaded.
CREATE TABLE IF NOT EXISTS :staging_schema.load_undo (
  dataset                VARCHAR(64) NOT NULL,
  partition_date         DATE        NOT NULL,
  side_load_id           UUID        NOT NULL,
  load_id                UUID,
  sha256                 CHAR(64),
  manifest_rows          INTEGER,
  manifest_control_total NUMERIC(38, 6),
  rows                   INTEGER,
  refused                INTEGER,
  control_total          NUMERIC(38, 6),
  loaded_at              TIMESTAMP,
  version                VARCHAR(64),
  PRIMARY KEY (dataset) ENABLED
)
ORDER BY dataset
UNSEGMENTED ALL NODES;

-- Rows that the warehouse did not take, with those of failed loads: their load_id is in no other
-- table. The raw row is as COPY kept it; line is the row's number in the file, where COPY knew it. A
-- row that COPY took and that breaks a rule of the contract has no number, and is written anew from its
-- values.
CREATE TABLE IF NOT EXISTS :staging_schema.load_refused (
  load_id        UUID                 NOT NULL,
  dataset        VARCHAR(64)          NOT NULL,
  partition_date DATE                 NOT NULL,
  line           INTEGER,
  reason         VARCHAR(1000)        NOT NULL,
  raw            LONG VARCHAR(131072) NOT NULL,
  refused_at     TIMESTAMP            NOT NULL
)
ORDER BY dataset, partition_date, load_id, line
SEGMENTED BY HASH(load_id, line) ALL NODES;

CREATE TABLE IF NOT EXISTS :mart_schema.global_metrics (
  hk_global_metrics              INTEGER        NOT NULL,
  date_update                    DATE           NOT NULL,
  currency_from                  INTEGER        NOT NULL,
  amount_total                   NUMERIC(38, 2) NOT NULL,
  cnt_transactions               INTEGER        NOT NULL,
  avg_transactions_per_account   NUMERIC(18, 4) NOT NULL,
  cnt_accounts_make_transactions INTEGER        NOT NULL,
  load_dt                        TIMESTAMP      NOT NULL,
  load_src                       VARCHAR(64)    NOT NULL,
  PRIMARY KEY (date_update, currency_from) ENABLED
)
ORDER BY date_update, currency_from
UNSEGMENTED ALL NODES;

-- Currencies that had counted transactions and no rate on or before the day.
CREATE TABLE IF NOT EXISTS :mart_schema.global_metrics_left_out (
  date_update      DATE           NOT NULL,
  currency_from    INTEGER        NOT NULL,
  cnt_transactions INTEGER        NOT NULL,
  amount_sum       NUMERIC(38, 0) NOT NULL,
  load_dt          TIMESTAMP      NOT NULL,
  PRIMARY KEY (date_update, currency_from) ENABLED
)
ORDER BY date_update, currency_from
UNSEGMENTED ALL NODES;
