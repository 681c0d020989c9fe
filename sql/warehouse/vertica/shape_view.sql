-- No row of the view: an error where it is not there, or lacks one of its columns.
SELECT
  date,
  object_id,
  operation_id,
  account_from,
  account_to,
  is_test,
  currency_code,
  alphabetic_code,
  country,
  status,
  status_rank,
  transaction_type,
  amount,
  rate,
  amount_usd,
  transaction_dt,
  sent_dttm,
  load_dt,
  load_src
FROM :mart_schema.v_transactions
WHERE 1 = 0;
