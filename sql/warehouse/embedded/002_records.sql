-- What a loaded day came from, what was built of it and from what (docs/contract.md, section 9): whether
-- a day is stale is read from these, not from flags.

-- The dump that a load was of. Of loads that an older version made there is none.
CREATE TABLE :staging_schema.load_origins (
  load_id     uuid      PRIMARY KEY,
  -- Rows of the day in PostgreSQL then, before one per object_id.
  staged_rows bigint    NOT NULL,
  bytes       bigint    NOT NULL,
  -- As its manifest has it; how far each source partition was contained is a JSON array.
  sources     text      NOT NULL,
  dumped_at   timestamp NOT NULL,
  version     text      NOT NULL
);

-- Of each load of currencies: the last dollar rate of the day for each currency.
CREATE TABLE :staging_schema.load_rates (
  load_id       uuid           NOT NULL,
  currency_code integer        NOT NULL,
  rate          numeric(18, 6) NOT NULL,
  date_update   timestamp      NOT NULL,
  object_id     uuid           NOT NULL,
  PRIMARY KEY (load_id, currency_code)
);

INSERT INTO :staging_schema.load_rates (load_id, currency_code, rate, date_update, object_id)
SELECT DISTINCT ON (loads.load_id, currency_code)
  loads.load_id, currency_code, currency_with_div, date_update, object_id
FROM :staging_schema.loads AS loads
JOIN :staging_schema.currencies AS rates
  ON rates.date_update >= loads.partition_date AND rates.date_update < loads.partition_date + 1
WHERE loads.dataset = 'currencies' AND currency_code_with = 420 AND currency_code <> 420
ORDER BY loads.load_id, currency_code, date_update DESC, sent_dttm DESC, object_id DESC;

-- Undone loads: where what was there before stands again, a day is not what was dumped last.
CREATE TABLE :staging_schema.load_undone (
  dataset        text      NOT NULL,
  partition_date date      NOT NULL,
  undone_load_id uuid      NOT NULL PRIMARY KEY,
  -- NULL where the day had not been loaded before.
  load_id        uuid,
  undone_at      timestamp NOT NULL
);

-- Each build of a step for a day; the one that stands, and those before it.
CREATE TABLE :staging_schema.builds (
  build_id             uuid      PRIMARY KEY,
  step                 text      NOT NULL,
  partition_date       date      NOT NULL,
  transactions_load_id uuid      NOT NULL,
  currencies_load_id   uuid      NOT NULL,
  -- JSON arrays; NULL for all types.
  statuses             text      NOT NULL,
  types                text,
  rows                 bigint    NOT NULL,
  left_out             bigint    NOT NULL,
  version              text      NOT NULL,
  built_at             timestamp NOT NULL,
  stands               boolean   NOT NULL
);

CREATE UNIQUE INDEX builds_standing ON :staging_schema.builds (step, partition_date) WHERE stands;

-- The rate of each currency that a build counted; NULLs where there was none.
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

-- An older version that loads or builds would record nothing of that. It cannot: both set these.
ALTER TABLE :staging_schema.loads DROP COLUMN core_stale, DROP COLUMN mart_stale;
