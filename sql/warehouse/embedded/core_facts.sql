-- The facts of one day, into the side tables, from warehouse staging (docs/contract.md, section 7). What a
-- currency is worth comes from the records of the loads that stand: each has the last rate of its day, so the
-- latest of them on or before the day is the latest of all. A product of numerics is exact, a quotient is not:
-- hundredths become dollars by * 0.01.
INSERT INTO :mart_schema.fct_transactions_build (
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
  senders.is_test OR receivers.is_test,
  staged.amount,
  rates.rate,
  staged.amount * rates.rate * 0.01,
  staged.transaction_dt,
  staged.sent_dttm,
  :now::timestamp,
  :source
FROM :staging_schema.transactions AS staged
INNER JOIN :mart_schema.dim_accounts AS senders ON senders.account_number = staged.account_number_from
INNER JOIN :mart_schema.dim_accounts AS receivers ON receivers.account_number = staged.account_number_to
INNER JOIN :mart_schema.dim_countries AS countries ON countries.country = staged.country
INNER JOIN :mart_schema.dim_statuses AS statuses ON statuses.status = staged.status
INNER JOIN :mart_schema.dim_transaction_types AS types ON types.transaction_type = staged.transaction_type
LEFT JOIN (
  SELECT 420 AS currency_code, 1.000000 AS rate
  UNION ALL
  SELECT latest.currency_code, latest.rate
  FROM (
    SELECT DISTINCT ON (rates.currency_code) rates.currency_code, rates.rate
    FROM :staging_schema.load_rates AS rates
    INNER JOIN :staging_schema.loads ON loads.load_id = rates.load_id
    WHERE rates.partition_date <= :day::date AND rates.currency_code <> 420
    ORDER BY rates.currency_code, rates.date_update DESC
  ) AS latest
) AS rates ON rates.currency_code = staged.currency_code
WHERE staged.transaction_dt >= :day::date AND staged.transaction_dt < :day::date + 1;

INSERT INTO :mart_schema.fct_currency_rates_build (
  date_key, currency_key, currency_with_key, rate, date_update, object_id, load_dt, load_src
)
SELECT DISTINCT ON (currency_code, currency_code_with)
  :day_number,
  currency_code,
  currency_code_with,
  currency_with_div,
  date_update,
  object_id,
  :now::timestamp,
  :source
FROM :staging_schema.currencies
WHERE date_update >= :day::date AND date_update < :day::date + 1
ORDER BY currency_code, currency_code_with, date_update DESC, sent_dttm DESC, object_id DESC;
