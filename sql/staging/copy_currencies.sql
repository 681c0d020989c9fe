COPY stg.currencies (
  object_id, object_type, sent_dttm, payload, date_update, currency_code, currency_code_with,
  currency_with_div, source_id, position, in_window
) FROM STDIN (FORMAT binary);
