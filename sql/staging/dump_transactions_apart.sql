-- The partition file of a day where, as nearly always, all versions of an object agree in accounts,
-- amount and currency: one row per object_id, its latest version by sent time, then by status, then by
-- order of landing. An object whose versions differ there has a row for each, one after the other, by
-- which they are found in the pass that writes the file; the file is dump_transactions.sql's then.
COPY (
  SELECT DISTINCT ON (
    object_id, account_number_from, account_number_to, currency_code, amount
  )
    object_id, sent_dttm, operation_id, account_number_from, account_number_to, currency_code,
    country, status, transaction_type, amount, transaction_dt
  FROM stg.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  ORDER BY
    object_id,
    account_number_from,
    account_number_to,
    currency_code,
    amount,
    sent_dttm DESC,
    CASE status
      WHEN 'chargeback' THEN 5
      WHEN 'done' THEN 4
      WHEN 'blocked' THEN 3
      WHEN 'in_progress' THEN 2
      WHEN 'queued' THEN 1
      ELSE 0
    END DESC,
    landing_id DESC
) TO STDOUT (FORMAT csv);
