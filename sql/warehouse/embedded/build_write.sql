-- Records a build, in its transaction. Without a load: what stood was taken away.
INSERT INTO :staging_schema.builds (
  build_id, step, partition_date, transactions_load_id, currencies_load_id, statuses, types,
  rows, left_out, version, built_at, stands
)
VALUES (
  :build_id::uuid, :step, :day::date, :transactions_load_id::uuid, :currencies_load_id::uuid,
  :counted_statuses, :counted_types, :rows::bigint, :left_out::bigint, :version,
  :now::timestamp, :stands::boolean
);
