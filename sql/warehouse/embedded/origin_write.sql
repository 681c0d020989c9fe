-- Records the dump that a load is of, in the transaction that swaps the day.
INSERT INTO :staging_schema.load_origins (
  load_id, dataset, partition_date, staged_rows, bytes, sources, dumped_at, version
)
VALUES (
  :load_id::uuid, :dataset, :day::date, :staged_rows::bigint, :bytes::bigint, :sources,
  :dumped_at::timestamp, :dump_version
);
