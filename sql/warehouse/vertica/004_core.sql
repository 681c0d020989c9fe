-- The core (docs/contract.md, section 7): dimensions that only grow, and facts that are replaced by day. DDL
-- commits by itself, so each statement can be run again. Vertica checks keys only where it is told to, and
-- foreign keys never: an audit proves that each fact finds its dimensions.

-- Each node has all of each dimension: facts are joined with them without the network.
CREATE TABLE IF NOT EXISTS :mart_schema.dim_dates (
  date_key   INTEGER NOT NULL,
  date       DATE    NOT NULL,
  year       INTEGER NOT NULL,
  quarter    INTEGER NOT NULL,
  month      INTEGER NOT NULL,
  day        INTEGER NOT NULL,
  iso_year   INTEGER NOT NULL,
  iso_week   INTEGER NOT NULL,
  weekday    INTEGER NOT NULL,
  is_weekend BOOLEAN NOT NULL,
  CONSTRAINT dim_dates_key PRIMARY KEY (date_key) ENABLED,
  CONSTRAINT dim_dates_member UNIQUE (date) ENABLED
)
ORDER BY date_key
UNSEGMENTED ALL NODES;

-- The source's codes are not those of ISO 4217: what is not known has no name.
CREATE TABLE IF NOT EXISTS :mart_schema.dim_currencies (
  currency_key    INTEGER NOT NULL,
  alphabetic_code VARCHAR(3),
  name            VARCHAR(64),
  CONSTRAINT dim_currencies_key PRIMARY KEY (currency_key) ENABLED
)
ORDER BY currency_key
UNSEGMENTED ALL NODES;

CREATE TABLE IF NOT EXISTS :mart_schema.dim_accounts (
  account_key     INTEGER NOT NULL,
  account_number  INTEGER NOT NULL,
  is_test         BOOLEAN NOT NULL,
  first_seen_date DATE    NOT NULL,
  CONSTRAINT dim_accounts_key PRIMARY KEY (account_key) ENABLED,
  CONSTRAINT dim_accounts_member UNIQUE (account_number) ENABLED
)
ORDER BY account_key
UNSEGMENTED ALL NODES;

-- Texts have no UNIQUE constraint: no page says whether one would take trailing spaces for a difference.
CREATE TABLE IF NOT EXISTS :mart_schema.dim_countries (
  country_key INTEGER       NOT NULL,
  country     VARCHAR(1000) NOT NULL,
  CONSTRAINT dim_countries_key PRIMARY KEY (country_key) ENABLED
)
ORDER BY country_key
UNSEGMENTED ALL NODES;

CREATE TABLE IF NOT EXISTS :mart_schema.dim_statuses (
  status_key INTEGER       NOT NULL,
  status     VARCHAR(1000) NOT NULL,
  rank       INTEGER,
  is_known   BOOLEAN       NOT NULL,
  CONSTRAINT dim_statuses_key PRIMARY KEY (status_key) ENABLED
)
ORDER BY status_key
UNSEGMENTED ALL NODES;

CREATE TABLE IF NOT EXISTS :mart_schema.dim_transaction_types (
  transaction_type_key INTEGER       NOT NULL,
  transaction_type     VARCHAR(1000) NOT NULL,
  CONSTRAINT dim_transaction_types_key PRIMARY KEY (transaction_type_key) ENABLED
)
ORDER BY transaction_type_key
UNSEGMENTED ALL NODES;

-- Partitioned as staging is, so that a day is swapped in. Sorted for questions that take some days and group by
-- currency and status. Segmented by object_id, as staging is: a build writes each row where it reads it, an audit
-- joins both without the network, and nodes have as many rows each. Not by an account, although accounts are the
-- one large dimension: each fact has two, so one of the joins would need the network all the same, and some
-- accounts have most of the rows. As each node has all accounts, neither does.
CREATE TABLE IF NOT EXISTS :mart_schema.fct_transactions (
  date_key             INTEGER     NOT NULL,
  object_id            UUID        NOT NULL,
  operation_id         UUID        NOT NULL,
  account_from_key     INTEGER     NOT NULL,
  account_to_key       INTEGER     NOT NULL,
  currency_key         INTEGER     NOT NULL,
  country_key          INTEGER     NOT NULL,
  status_key           INTEGER     NOT NULL,
  transaction_type_key INTEGER     NOT NULL,
  is_test              BOOLEAN     NOT NULL,
  amount               INTEGER     NOT NULL,
  rate                 NUMERIC(18, 6),
  amount_usd           NUMERIC(38, 8),
  transaction_dt       TIMESTAMP   NOT NULL,
  sent_dttm            TIMESTAMP   NOT NULL,
  load_dt              TIMESTAMP   NOT NULL,
  load_src             VARCHAR(64) NOT NULL,
  CONSTRAINT fct_transactions_key PRIMARY KEY (date_key, object_id) DISABLED,
  CONSTRAINT fct_transactions_date
    FOREIGN KEY (date_key) REFERENCES :mart_schema.dim_dates (date_key),
  CONSTRAINT fct_transactions_account_from
    FOREIGN KEY (account_from_key) REFERENCES :mart_schema.dim_accounts (account_key),
  CONSTRAINT fct_transactions_account_to
    FOREIGN KEY (account_to_key) REFERENCES :mart_schema.dim_accounts (account_key),
  CONSTRAINT fct_transactions_currency
    FOREIGN KEY (currency_key) REFERENCES :mart_schema.dim_currencies (currency_key),
  CONSTRAINT fct_transactions_country
    FOREIGN KEY (country_key) REFERENCES :mart_schema.dim_countries (country_key),
  CONSTRAINT fct_transactions_status
    FOREIGN KEY (status_key) REFERENCES :mart_schema.dim_statuses (status_key),
  CONSTRAINT fct_transactions_transaction_type
    FOREIGN KEY (transaction_type_key)
    REFERENCES :mart_schema.dim_transaction_types (transaction_type_key)
)
ORDER BY date_key, currency_key, status_key, account_from_key, object_id
SEGMENTED BY HASH(object_id) ALL NODES
PARTITION BY transaction_dt::DATE
GROUP BY CALENDAR_HIERARCHY_DAY(transaction_dt::DATE, 2, 2);

-- Some dozens of rows a day: each node has them all.
CREATE TABLE IF NOT EXISTS :mart_schema.fct_currency_rates (
  date_key          INTEGER        NOT NULL,
  currency_key      INTEGER        NOT NULL,
  currency_with_key INTEGER        NOT NULL,
  rate              NUMERIC(18, 6) NOT NULL,
  date_update       TIMESTAMP      NOT NULL,
  object_id         UUID           NOT NULL,
  load_dt           TIMESTAMP      NOT NULL,
  load_src          VARCHAR(64)    NOT NULL,
  CONSTRAINT fct_currency_rates_key
    PRIMARY KEY (date_key, currency_key, currency_with_key) DISABLED,
  CONSTRAINT fct_currency_rates_date
    FOREIGN KEY (date_key) REFERENCES :mart_schema.dim_dates (date_key),
  CONSTRAINT fct_currency_rates_currency
    FOREIGN KEY (currency_key) REFERENCES :mart_schema.dim_currencies (currency_key),
  CONSTRAINT fct_currency_rates_currency_with
    FOREIGN KEY (currency_with_key) REFERENCES :mart_schema.dim_currencies (currency_key)
)
ORDER BY date_key, currency_key, currency_with_key
UNSEGMENTED ALL NODES
PARTITION BY date_update::DATE
GROUP BY CALENDAR_HIERARCHY_DAY(date_update::DATE, 2, 2);

-- All of it joined, for those who only look.
CREATE OR REPLACE VIEW :mart_schema.v_transactions AS
SELECT
  dates.date,
  facts.object_id,
  facts.operation_id,
  senders.account_number AS account_from,
  receivers.account_number AS account_to,
  facts.is_test,
  facts.currency_key AS currency_code,
  currencies.alphabetic_code,
  countries.country,
  statuses.status,
  statuses.rank AS status_rank,
  types.transaction_type,
  facts.amount,
  facts.rate,
  facts.amount_usd,
  facts.transaction_dt,
  facts.sent_dttm,
  facts.load_dt,
  facts.load_src
FROM :mart_schema.fct_transactions AS facts
INNER JOIN :mart_schema.dim_dates AS dates ON dates.date_key = facts.date_key
INNER JOIN :mart_schema.dim_accounts AS senders ON senders.account_key = facts.account_from_key
INNER JOIN :mart_schema.dim_accounts AS receivers ON receivers.account_key = facts.account_to_key
INNER JOIN :mart_schema.dim_currencies AS currencies
  ON currencies.currency_key = facts.currency_key
INNER JOIN :mart_schema.dim_countries AS countries ON countries.country_key = facts.country_key
INNER JOIN :mart_schema.dim_statuses AS statuses ON statuses.status_key = facts.status_key
INNER JOIN :mart_schema.dim_transaction_types AS types
  ON types.transaction_type_key = facts.transaction_type_key;

-- A build of a day that was begun and is not recorded yet: the facts of the day may be those of either build, of
-- one table each. The next build of the day makes them whole.
CREATE TABLE IF NOT EXISTS :staging_schema.core_pending (
  partition_date DATE NOT NULL,
  build_id       UUID NOT NULL,
  PRIMARY KEY (partition_date) ENABLED
)
ORDER BY partition_date
UNSEGMENTED ALL NODES;

-- Nothing is ever in it: a build holds it locked (core_lock.sql).
CREATE TABLE IF NOT EXISTS :staging_schema.core_lock (
  held BOOLEAN
)
ORDER BY held
UNSEGMENTED ALL NODES;
