-- Records the dump that a load is of, in the transaction of pending_write.sql. A load that is tried again
-- has the same id.
DELETE FROM :staging_schema.load_origins WHERE load_id = CAST(:load_id AS UUID);

INSERT INTO :staging_schema.load_origins (
  load_id, dataset, partition_date, staged_rows, bytes, sources, dumped_at, version
)
VALUES (
  CAST(:load_id AS UUID), :dataset, DATE :day, :staged_rows, :bytes, :sources,
  CAST(:dumped_at AS TIMESTAMP), :dump_version
);
