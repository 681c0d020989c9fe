-- What a loaded day came from, what was built of it and from what (docs/contract.md, section 9): whether
-- a day is stale is read from these, not from flags. DDL commits by itself, so each statement can be run
-- again.

-- An older version would load and build without a record, and its report knows only flags that nobody
-- keeps any more. First, so that what it has begun fails, and no load comes after what is read below.
ALTER TABLE :staging_schema.loads DROP COLUMN IF EXISTS core_stale;
ALTER TABLE :staging_schema.loads DROP COLUMN IF EXISTS mart_stale;

-- The dump that each load came from; loads of an older version have none. staged_rows counts the rows
-- of the day in staging at that time, before one per object_id. sources is the manifest's list of source
-- partitions and positions, a JSON array: as wide as the type allows, since a topic may have thousands.
CREATE TABLE IF NOT EXISTS :staging_schema.load_origins (
  load_id        UUID                   NOT NULL,
  dataset        VARCHAR(64)            NOT NULL,
  partition_date DATE                   NOT NULL,
  staged_rows    INTEGER                NOT NULL,
  bytes          INTEGER                NOT NULL,
  sources        LONG VARCHAR(32000000) NOT NULL,
  dumped_at      TIMESTAMP              NOT NULL,
  version        VARCHAR(64)            NOT NULL,
  PRIMARY KEY (load_id) ENABLED
)
ORDER BY dataset, partition_date
UNSEGMENTED ALL NODES;

-- Of each load of currencies: the last dollar rate of the day for each currency.
CREATE TABLE IF NOT EXISTS :staging_schema.load_rates (
  load_id        UUID           NOT NULL,
  partition_date DATE           NOT NULL,
  currency_code  INTEGER        NOT NULL,
  rate           NUMERIC(18, 6) NOT NULL,
  date_update    TIMESTAMP      NOT NULL,
  object_id      UUID           NOT NULL,
  PRIMARY KEY (load_id, currency_code) ENABLED
)
ORDER BY partition_date, currency_code
UNSEGMENTED ALL NODES;

-- The last load of a day that was undone, while no other one was made since; load_id is the one that
-- stands again, NULL where the day had not been loaded before.
CREATE TABLE IF NOT EXISTS :staging_schema.load_undone (
  dataset        VARCHAR(64) NOT NULL,
  partition_date DATE        NOT NULL,
  undone_load_id UUID        NOT NULL,
  undone_sha256  CHAR(64)    NOT NULL,
  load_id        UUID,
  undone_at      TIMESTAMP   NOT NULL,
  PRIMARY KEY (dataset, partition_date) ENABLED
)
ORDER BY dataset, partition_date
UNSEGMENTED ALL NODES;

-- Each build of a step for a day: the one that stands, and those before it. One without a load took away
-- what stood, as that load had been undone. What was counted are JSON arrays, NULL for all types;
-- left_out are currencies that were left out for want of a rate.
CREATE TABLE IF NOT EXISTS :staging_schema.builds (
  build_id             UUID                  NOT NULL,
  step                 VARCHAR(64)           NOT NULL,
  partition_date       DATE                  NOT NULL,
  transactions_load_id UUID,
  currencies_load_id   UUID,
  statuses             LONG VARCHAR(1000000) NOT NULL,
  types                LONG VARCHAR(1000000),
  rows                 INTEGER               NOT NULL,
  left_out             INTEGER               NOT NULL,
  version              VARCHAR(64)           NOT NULL,
  built_at             TIMESTAMP             NOT NULL,
  stands               BOOLEAN               NOT NULL,
  PRIMARY KEY (build_id) ENABLED
)
ORDER BY step, partition_date
UNSEGMENTED ALL NODES;

-- The rate of each currency that a build counted, but for the dollar; NULLs where there was none.
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

-- Rates of what stands already.
DELETE FROM :staging_schema.load_rates;

INSERT INTO :staging_schema.load_rates (
  load_id, partition_date, currency_code, rate, date_update, object_id
)
SELECT load_id, partition_date, currency_code, currency_with_div, date_update, object_id
FROM (
  SELECT
    loads.load_id,
    loads.partition_date,
    rates.currency_code,
    rates.currency_with_div,
    rates.date_update,
    rates.object_id,
    ROW_NUMBER() OVER (
      PARTITION BY loads.load_id, rates.currency_code
      ORDER BY rates.date_update DESC, rates.sent_dttm DESC, CAST(rates.object_id AS VARCHAR(36)) DESC
    ) AS place
  FROM :staging_schema.loads
  INNER JOIN :staging_schema.currencies AS rates
    ON CAST(rates.date_update AS DATE) = loads.partition_date
  WHERE loads.dataset = 'currencies'
    AND rates.currency_code_with = 420
    AND rates.currency_code <> 420
) AS placed
WHERE place = 1;
