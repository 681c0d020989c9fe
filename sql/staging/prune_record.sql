-- Records what was taken out of a day, in the transaction that took it: three arrays of one length.
INSERT INTO finpipe.pruned_days (source_id, dataset, day, rows, pruned_at, version)
SELECT source_id, dataset, :day::date, rows, :pruned_at::timestamp, :finpipe_version
FROM unnest(
  :pruned_sources::text::integer[], :pruned_datasets::text::text[], :pruned_rows::text::bigint[]
) AS pruned (source_id, dataset, rows);
