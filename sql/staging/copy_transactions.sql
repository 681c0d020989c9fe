COPY stg.transactions (
  object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
  account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
  source_id, position, in_window
) FROM STDIN (FORMAT binary);
