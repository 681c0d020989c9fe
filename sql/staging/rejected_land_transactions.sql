-- Lands :versions, a JSON array of objects, that do not stand in staging yet: each once, in order of
-- their ids. The payload says transaction_dt, so an equal version lies at the same place of the index by
-- day. They are counted among the rows of their days, under no source.
WITH landed AS (
  INSERT INTO stg.transactions (
    object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
    account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
    replayed_id
  )
  SELECT
    object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
    account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
    rejected_id
  FROM (
    SELECT DISTINCT ON (object_id, sent_dttm, payload) *
    FROM json_to_recordset(:versions::text::json) AS version (
      object_id uuid, object_type text, sent_dttm timestamp, payload text, operation_id uuid,
      account_number_from bigint, account_number_to bigint, currency_code smallint, country text,
      status text, transaction_type text, amount bigint, transaction_dt timestamp,
      rejected_id bigint
    )
    ORDER BY object_id, sent_dttm, payload, rejected_id
  ) AS version
  WHERE NOT EXISTS (
    SELECT FROM stg.transactions AS landed
    WHERE landed.transaction_dt = version.transaction_dt
      AND landed.object_id = version.object_id
      AND landed.sent_dttm = version.sent_dttm
      AND landed.payload = version.payload
  )
  ORDER BY rejected_id
  RETURNING replayed_id, transaction_dt
), counted AS (
  INSERT INTO finpipe.landed_days (source_id, dataset, day, rows)
  SELECT 0, 'transactions', transaction_dt::date, count(*)
  FROM landed
  GROUP BY transaction_dt::date
  ON CONFLICT (dataset, day, source_id)
  DO UPDATE SET rows = landed_days.rows + excluded.rows
)
SELECT replayed_id AS rejected_id FROM landed;
