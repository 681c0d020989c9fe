-- Keeps a refused row. :raw is in hexadecimal digits.
INSERT INTO :staging_schema.load_refused (
  load_id, dataset, partition_date, line, reason, raw, refused_at
)
VALUES (:load_id::uuid, :dataset, :day::date, :line::bigint, :reason, decode(:raw, 'hex'), :now::timestamp);
