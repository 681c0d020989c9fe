-- Records a build, in its transaction. Without a load: what stood was taken away.
INSERT INTO :staging_schema.builds (
  build_id, step, partition_date, transactions_load_id, currencies_load_id, statuses, types,
  rows, left_out, version, built_at, stands
)
VALUES (
  CAST(:build_id AS UUID), :step, DATE :day, CAST(:transactions_load_id AS UUID), CAST(:currencies_load_id AS UUID),
  :counted_statuses, :counted_types, :rows, :left_out, :version,
  CAST(:now AS TIMESTAMP), :stands
);
