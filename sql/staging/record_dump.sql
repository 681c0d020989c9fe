-- Records the dump of a day of a dataset in place of the one before it.
INSERT INTO finpipe.dumps (
  dataset, day, sha256, rows, staged_rows, bytes, control_total, snapshot, sources, complete,
  created_at, version, host, work_dir
)
VALUES (
  :dataset, :day::date, :sha256, :rows::bigint, :staged_rows::bigint, :bytes::bigint,
  :control_total::numeric, :snapshot, :sources, :complete::boolean, :created_at::timestamp,
  :dump_version, :host, :work_dir
)
ON CONFLICT (dataset, day) DO UPDATE SET
  sha256 = excluded.sha256,
  rows = excluded.rows,
  staged_rows = excluded.staged_rows,
  bytes = excluded.bytes,
  control_total = excluded.control_total,
  snapshot = excluded.snapshot,
  sources = excluded.sources,
  complete = excluded.complete,
  created_at = excluded.created_at,
  version = excluded.version,
  host = excluded.host,
  work_dir = excluded.work_dir;
