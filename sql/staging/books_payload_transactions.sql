-- Rows of a day whose typed columns, by which they are dumped, say something else than their payload.
SELECT count(*) AS others
FROM stg.transactions AS landed
CROSS JOIN LATERAL json_to_record(landed.payload::json) AS said (
  operation_id uuid, account_number_from bigint, account_number_to bigint, currency_code integer,
  country text, status text, transaction_type text, amount bigint, transaction_dt timestamp
)
WHERE landed.transaction_dt >= :day::date AND landed.transaction_dt < :day::date + 1
  AND (
    landed.object_type <> 'TRANSACTION'
    OR said.operation_id IS DISTINCT FROM landed.operation_id
    OR said.account_number_from IS DISTINCT FROM landed.account_number_from
    OR said.account_number_to IS DISTINCT FROM landed.account_number_to
    OR said.currency_code IS DISTINCT FROM landed.currency_code
    OR said.country IS DISTINCT FROM landed.country
    OR said.status IS DISTINCT FROM landed.status
    OR said.transaction_type IS DISTINCT FROM landed.transaction_type
    OR said.amount IS DISTINCT FROM landed.amount
    OR said.transaction_dt IS DISTINCT FROM landed.transaction_dt
  );
