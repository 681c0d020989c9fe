-- Records a load, in the transaction that swapped the day. $1 dataset, $2 day, $3 load_id,
-- $4 sha256, $5 and $6 the manifest's rows and control total, $7 rows, $8 refused rows,
-- $9 control total, $10 the time, $11 the version. What stands behind staging is stale from now on.
INSERT INTO finpipe_staging.loads (
  dataset, partition_date, load_id, sha256, manifest_rows, manifest_control_total,
  rows, refused, control_total, loaded_at, version, core_stale, mart_stale
)
VALUES (
  $1, $2::date, $3::uuid, $4, $5::bigint, $6::numeric,
  $7::bigint, $8::bigint, $9::numeric, $10::timestamp, $11, true, true
)
ON CONFLICT (dataset, partition_date) DO UPDATE SET
  load_id = excluded.load_id,
  sha256 = excluded.sha256,
  manifest_rows = excluded.manifest_rows,
  manifest_control_total = excluded.manifest_control_total,
  rows = excluded.rows,
  refused = excluded.refused,
  control_total = excluded.control_total,
  loaded_at = excluded.loaded_at,
  version = excluded.version,
  core_stale = true,
  mart_stale = true;
