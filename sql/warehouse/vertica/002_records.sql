-- What a loaded day came from, what was built of it and from what (docs/contract.md, section 9): whether
-- a day is stale is read from these, not from flags. DDL commits by itself, so each statement can be run
-- again.

-- The dump that a load was of. Of loads that an older version made there is none.
CREATE TABLE IF NOT EXISTS :staging_schema.load_origins (
  load_id     UUID                  NOT NULL,
  -- Rows of the day in PostgreSQL then, before one per object_id.
  staged_rows INTEGER               NOT NULL,
  bytes       INTEGER               NOT NULL,
  -- As its manifest has it; how far each source partition was contained is a JSON array.
  sources     LONG VARCHAR(1000000) NOT NULL,
  dumped_at   TIMESTAMP             NOT NULL,
  version     VARCHAR(64)           NOT NULL,
  PRIMARY KEY (load_id) ENABLED
)
ORDER BY load_id
UNSEGMENTED ALL NODES;

-- Of each load of currencies: the last dollar rate of the day for each currency.
CREATE TABLE IF NOT EXISTS :staging_schema.load_rates (
  load_id       UUID           NOT NULL,
  currency_code INTEGER        NOT NULL,
  rate          NUMERIC(18, 6) NOT NULL,
  date_update   TIMESTAMP      NOT NULL,
  object_id     UUID           NOT NULL,
  PRIMARY KEY (load_id, currency_code) ENABLED
)
ORDER BY load_id, currency_code
UNSEGMENTED ALL NODES;

DELETE FROM :staging_schema.load_rates;

INSERT INTO :staging_schema.load_rates (load_id, currency_code, rate, date_update, object_id)
SELECT load_id, currency_code, currency_with_div, date_update, object_id
FROM (
  SELECT
    loads.load_id,
    rates.currency_code,
    rates.currency_with_div,
    rates.date_update,
    rates.object_id,
    ROW_NUMBER() OVER (
      PARTITION BY loads.load_id, rates.currency_code
      ORDER BY rates.date_update DESC, rates.sent_dttm DESC, CAST(rates.object_id AS VARCHAR(36)) DESC
    ) AS place
  FROM :staging_schema.loads AS loads
  JOIN :staging_schema.currencies AS rates
    ON CAST(rates.date_update AS DATE) = loads.partition_date
  WHERE loads.dataset = 'currencies' AND rates.currency_code_with = 420 AND rates.currency_code <> 420
) AS placed
WHERE place = 1;

-- Undone loads: where what was there before stands again, a day is not what was dumped last.
CREATE TABLE IF NOT EXISTS :staging_schema.load_undone (
  dataset        VARCHAR(64) NOT NULL,
  partition_date DATE        NOT NULL,
  undone_load_id UUID        NOT NULL,
  -- NULL where the day had not been loaded before.
  load_id        UUID,
  undone_at      TIMESTAMP   NOT NULL,
  PRIMARY KEY (undone_load_id) ENABLED
)
ORDER BY dataset, partition_date
UNSEGMENTED ALL NODES;

-- Each build of a step for a day; the one that stands, and those before it.
CREATE TABLE IF NOT EXISTS :staging_schema.builds (
  build_id             UUID                NOT NULL,
  step                 VARCHAR(64)         NOT NULL,
  partition_date       DATE                NOT NULL,
  transactions_load_id UUID                NOT NULL,
  currencies_load_id   UUID                NOT NULL,
  -- JSON arrays; NULL for all types.
  statuses             LONG VARCHAR(65000) NOT NULL,
  types                LONG VARCHAR(65000),
  rows                 INTEGER             NOT NULL,
  left_out             INTEGER             NOT NULL,
  version              VARCHAR(64)         NOT NULL,
  built_at             TIMESTAMP           NOT NULL,
  stands               BOOLEAN             NOT NULL,
  PRIMARY KEY (build_id) ENABLED
)
ORDER BY step, partition_date, stands
UNSEGMENTED ALL NODES;

-- The rate of each currency that a build counted; NULLs where there was none.
CREATE TABLE IF NOT EXISTS :staging_schema.build_rates (
  build_id      UUID    NOT NULL,
  currency_code INTEGER NOT NULL,
  rate          NUMERIC(18, 6),
  date_update   TIMESTAMP,
  object_id     UUID,
  PRIMARY KEY (build_id, currency_code) ENABLED
)
ORDER BY build_id, currency_code
UNSEGMENTED ALL NODES;

-- The rows of the mart that a build changed, as they were before it: NULLs where there was none.
CREATE TABLE IF NOT EXISTS :staging_schema.build_changes (
  build_id                       UUID    NOT NULL,
  currency_from                  INTEGER NOT NULL,
  amount_total                   NUMERIC(38, 2),
  cnt_transactions               INTEGER,
  avg_transactions_per_account   NUMERIC(18, 4),
  cnt_accounts_make_transactions INTEGER,
  PRIMARY KEY (build_id, currency_from) ENABLED
)
ORDER BY build_id, currency_from
UNSEGMENTED ALL NODES;

-- An older version that loads or builds would record nothing of that. It cannot: both set these.
ALTER TABLE :staging_schema.loads DROP COLUMN IF EXISTS core_stale;
ALTER TABLE :staging_schema.loads DROP COLUMN IF EXISTS mart_stale;
