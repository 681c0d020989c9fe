-- The core (docs/contract.md, section 7): a snowflake of what staging has, for those who ask it questions. No
-- loaded day has one yet.
CREATE TABLE :mart_schema.dim_dates (
  date_key   integer NOT NULL CONSTRAINT dim_dates_key PRIMARY KEY,
  date       date    NOT NULL CONSTRAINT dim_dates_member UNIQUE,
  year       integer NOT NULL,
  quarter    integer NOT NULL,
  month      integer NOT NULL,
  day        integer NOT NULL,
  iso_year   integer NOT NULL,
  iso_week   integer NOT NULL,
  -- 1 is Monday.
  weekday    integer NOT NULL,
  is_weekend boolean NOT NULL
);

CREATE TABLE :mart_schema.dim_currencies (
  currency_key    integer NOT NULL CONSTRAINT dim_currencies_key PRIMARY KEY,
  -- NULLs where unknown: the source's codes are not those of ISO 4217.
  alphabetic_code varchar(3),
  name            varchar(64)
);

CREATE TABLE :mart_schema.dim_accounts (
  account_key     bigint  NOT NULL CONSTRAINT dim_accounts_key PRIMARY KEY,
  account_number  bigint  NOT NULL CONSTRAINT dim_accounts_member UNIQUE,
  is_test         boolean NOT NULL,
  first_seen_date date    NOT NULL
);

CREATE TABLE :mart_schema.dim_countries (
  country_key bigint        NOT NULL CONSTRAINT dim_countries_key PRIMARY KEY,
  country     varchar(1000) NOT NULL CONSTRAINT dim_countries_member UNIQUE
);

CREATE TABLE :mart_schema.dim_statuses (
  status_key bigint        NOT NULL CONSTRAINT dim_statuses_key PRIMARY KEY,
  status     varchar(1000) NOT NULL CONSTRAINT dim_statuses_member UNIQUE,
  -- 0 to 4 in the order in which an operation goes through them; NULL for one that the contract does not know.
  rank       integer,
  is_known   boolean       NOT NULL
);

CREATE TABLE :mart_schema.dim_transaction_types (
  transaction_type_key bigint        NOT NULL CONSTRAINT dim_transaction_types_key PRIMARY KEY,
  transaction_type     varchar(1000) NOT NULL CONSTRAINT dim_transaction_types_member UNIQUE
);

-- One partition per day, as staging has: building a day swaps a whole table in. Facts have no keys, which would be
-- checked row by row: a build counts what it swaps in, and an audit proves that each row has its fact, and each
-- fact its dimensions.
CREATE TABLE :mart_schema.fct_transactions (
  date_key             integer     NOT NULL,
  object_id            uuid        NOT NULL,
  operation_id         uuid        NOT NULL,
  account_from_key     bigint      NOT NULL,
  account_to_key       bigint      NOT NULL,
  currency_key         integer     NOT NULL,
  country_key          bigint      NOT NULL,
  status_key           bigint      NOT NULL,
  transaction_type_key bigint      NOT NULL,
  is_test              boolean     NOT NULL,
  amount               bigint      NOT NULL,
  rate                 numeric(18, 6),
  amount_usd           numeric(38, 8),
  transaction_dt       timestamp   NOT NULL,
  sent_dttm            timestamp   NOT NULL,
  load_dt              timestamp   NOT NULL,
  load_src             varchar(64) NOT NULL
) PARTITION BY RANGE (date_key);

CREATE TABLE :mart_schema.fct_currency_rates (
  date_key          integer        NOT NULL,
  currency_key      integer        NOT NULL,
  currency_with_key integer        NOT NULL,
  rate              numeric(18, 6) NOT NULL,
  date_update       timestamp      NOT NULL,
  object_id         uuid           NOT NULL,
  load_dt           timestamp      NOT NULL,
  load_src          varchar(64)    NOT NULL
) PARTITION BY RANGE (date_key);

-- All of it joined, for those who only look.
CREATE VIEW :mart_schema.v_transactions AS
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
