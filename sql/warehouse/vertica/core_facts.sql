-- The facts of one day from warehouse staging alone, into the side tables, in one transaction with what
-- core_dimensions.sql adds. The rate is the last one that a load of a day up to this one recorded. A product is
-- exact: hundredths become dollars by * 0.01. No page says how UUIDs are ordered, so they are by text.
INSERT INTO :staging_schema.:transactions_side (
  date_key, object_id, operation_id, account_from_key, account_to_key, currency_key, country_key,
  status_key, transaction_type_key, is_test, amount, rate, amount_usd, transaction_dt, sent_dttm,
  load_dt, load_src
)
SELECT
  :day_number,
  staged.object_id,
  staged.operation_id,
  senders.account_key,
  receivers.account_key,
  staged.currency_code,
  countries.country_key,
  statuses.status_key,
  types.transaction_type_key,
  staged.account_number_from <= 0 OR staged.account_number_to <= 0,
  staged.amount,
  CASE WHEN staged.currency_code = 420 THEN 1.000000 ELSE latest.rate END,
  CAST(staged.amount AS NUMERIC(38, 0))
  * CASE WHEN staged.currency_code = 420 THEN 1.000000 ELSE latest.rate END
  * 0.01,
  staged.transaction_dt,
  staged.sent_dttm,
  CAST(:now AS TIMESTAMP),
  :source
FROM :staging_schema.transactions AS staged
INNER JOIN :mart_schema.dim_accounts AS senders
  ON senders.account_number = staged.account_number_from
INNER JOIN :mart_schema.dim_accounts AS receivers
  ON receivers.account_number = staged.account_number_to
INNER JOIN :mart_schema.dim_countries AS countries
  ON countries.country || '.' = staged.country || '.'
INNER JOIN :mart_schema.dim_statuses AS statuses
  ON statuses.status || '.' = staged.status || '.'
INNER JOIN :mart_schema.dim_transaction_types AS types
  ON types.transaction_type || '.' = staged.transaction_type || '.'
LEFT JOIN (
  SELECT
    rates.currency_code,
    rates.rate,
    ROW_NUMBER() OVER (
      PARTITION BY rates.currency_code ORDER BY rates.partition_date DESC
    ) AS place
  FROM :staging_schema.load_rates AS rates
  INNER JOIN :staging_schema.loads ON loads.load_id = rates.load_id
  WHERE rates.partition_date <= DATE :day
) AS latest
  ON latest.currency_code = staged.currency_code AND latest.place = 1
WHERE staged.transaction_dt >= DATE :day AND staged.transaction_dt < DATE :day + 1;

INSERT INTO :staging_schema.:rates_side (
  date_key, currency_key, currency_with_key, rate, date_update, object_id, load_dt, load_src
)
SELECT
  :day_number,
  currency_code,
  currency_code_with,
  currency_with_div,
  date_update,
  object_id,
  CAST(:now AS TIMESTAMP),
  :source
FROM (
  SELECT
    currency_code,
    currency_code_with,
    currency_with_div,
    date_update,
    object_id,
    ROW_NUMBER() OVER (
      PARTITION BY currency_code, currency_code_with
      ORDER BY date_update DESC, sent_dttm DESC, CAST(object_id AS VARCHAR(36)) DESC
    ) AS place
  FROM :staging_schema.currencies
  WHERE date_update >= DATE :day AND date_update < DATE :day + 1
) AS placed
WHERE place = 1;
