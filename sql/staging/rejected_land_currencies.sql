-- Lands :versions, a JSON array of objects, that do not stand in staging yet: each once, in order of
-- their ids. The payload says date_update, so an equal version lies at the same place of the index by
-- day. They are counted among the rows of their days, under no source.
WITH landed AS (
  INSERT INTO stg.currencies (
    object_id, object_type, sent_dttm, payload, date_update, currency_code, currency_code_with,
    currency_with_div, replayed_id
  )
  SELECT
    object_id, object_type, sent_dttm, payload, date_update, currency_code, currency_code_with,
    currency_with_div, rejected_id
  FROM (
    SELECT DISTINCT ON (object_id, sent_dttm, payload) *
    FROM json_to_recordset(:versions::text::json) AS version (
      object_id uuid, object_type text, sent_dttm timestamp, payload text, date_update timestamp,
      currency_code smallint, currency_code_with smallint, currency_with_div numeric(18, 6),
      rejected_id bigint
    )
    ORDER BY object_id, sent_dttm, payload, rejected_id
  ) AS version
  WHERE NOT EXISTS (
    SELECT FROM stg.currencies AS landed
    WHERE landed.date_update = version.date_update
      AND landed.object_id = version.object_id
      AND landed.sent_dttm = version.sent_dttm
      AND landed.payload = version.payload
  )
  ORDER BY rejected_id
  RETURNING replayed_id, date_update
), counted AS (
  INSERT INTO finpipe.landed_days (source_id, dataset, day, rows)
  SELECT 0, 'currencies', date_update::date, count(*)
  FROM landed
  GROUP BY date_update::date
  ON CONFLICT (dataset, day, source_id)
  DO UPDATE SET rows = landed_days.rows + excluded.rows
)
SELECT replayed_id AS rejected_id FROM landed;
