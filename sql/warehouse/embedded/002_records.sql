-- What a loaded day came from, what was built of it and from what (docs/contract.md, section 9): whether
-- a day is stale is read from these, not from flags.

-- The dump that a load was of. Of loads that an older version made there is none.
CREATE TABLE :staging_schema.load_origins (
  load_id        uuid        NOT NULL PRIMARY KEY,
  dataset        varchar(64) NOT NULL,
  partition_date date        NOT NULL,
  -- Rows of the day in staging then, before one per object_id.
  staged_rows    bigint      NOT NULL,
  bytes          bigint      NOT NULL,
  -- How far each source partition was contained, as the manifest has it: a JSON array.
  sources        text        NOT NULL,
  dumped_at      timestamp   NOT NULL,
  version        varchar(64) NOT NULL
);

-- Of each load of currencies: the last dollar rate of the day for each currency.
CREATE TABLE :staging_schema.load_rates (
  load_id        uuid           NOT NULL,
  partition_date date           NOT NULL,
  currency_code  integer        NOT NULL,
  rate           numeric(18, 6) NOT NULL,
  date_update    timestamp      NOT NULL,
  object_id      uuid           NOT NULL,
  PRIMARY KEY (load_id, currency_code)
);

INSERT INTO :staging_schema.load_rates (
  load_id, partition_date, currency_code, rate, date_update, object_id
)
SELECT DISTINCT ON (loads.load_id, rates.currency_code)
  loads.load_id, loads.partition_date, rates.currency_code, rates.currency_with_div,
  rates.date_update, rates.object_id
FROM :staging_schema.loads AS loads
JOIN :staging_schema.currencies AS rates
  ON rates.date_update >= loads.partition_date AND rates.date_update < loads.partition_date + 1
WHERE loads.dataset = 'currencies'
  AND rates.currency_code_with = 420
  AND rates.currency_code <> 420
ORDER BY
  loads.load_id, rates.currency_code,
  rates.date_update DESC, rates.sent_dttm DESC, rates.object_id DESC;

-- The last load of a day that was undone, while no other one was made since; load_id is the one that
-- stands again, NULL where the day had not been loaded before.
CREATE TABLE :staging_schema.load_undone (
  dataset        varchar(64) NOT NULL,
  partition_date date        NOT NULL,
  undone_load_id uuid        NOT NULL,
  undone_sha256  char(64)    NOT NULL,
  load_id        uuid,
  undone_at      timestamp   NOT NULL,
  PRIMARY KEY (dataset, partition_date)
);

-- Each build of a step for a day: the one that stands, and those before it. One without a load took away
-- what stood, as that load had been undone.
CREATE TABLE :staging_schema.builds (
  build_id             uuid        NOT NULL PRIMARY KEY,
  step                 varchar(64) NOT NULL,
  partition_date       date        NOT NULL,
  transactions_load_id uuid,
  currencies_load_id   uuid,
  -- What was counted, as JSON arrays; NULL for all types.
  statuses             text        NOT NULL,
  types                text,
  rows                 bigint      NOT NULL,
  -- Currencies that were left out for want of a rate.
  left_out             bigint      NOT NULL,
  version              varchar(64) NOT NULL,
  built_at             timestamp   NOT NULL,
  stands               boolean     NOT NULL
);

CREATE UNIQUE INDEX builds_standing ON :staging_schema.builds (step, partition_date) WHERE stands;

-- The rate of each currency that a build counted, but for the dollar; NULLs where there was none.
CREATE TABLE :staging_schema.build_rates (
  build_id      uuid    NOT NULL,
  currency_code integer NOT NULL,
  rate          numeric(18, 6),
  date_update   timestamp,
  object_id     uuid,
  PRIMARY KEY (build_id, currency_code)
);

-- The rows of the mart that a build changed, as they were before it: NULLs where there was none.
CREATE TABLE :staging_schema.build_changes (
  build_id                       uuid    NOT NULL,
  currency_from                  integer NOT NULL,
  amount_total                   numeric(38, 2),
  cnt_transactions               bigint,
  avg_transactions_per_account   numeric(18, 4),
  cnt_accounts_make_transactions bigint,
  PRIMARY KEY (build_id, currency_from)
);

-- An older version would load and build without a record, and its report knows only flags that nobody
-- keeps any more.
ALTER TABLE :staging_schema.loads DROP COLUMN core_stale, DROP COLUMN mart_stale;
