-- Notes the load that is undone, before its record goes, and which one stands again.
INSERT INTO :staging_schema.load_undone (
  dataset, partition_date, undone_load_id, undone_sha256, load_id, undone_at
)
SELECT dataset, partition_date, loads.load_id, loads.sha256, load_undo.load_id, :now::timestamp
FROM :staging_schema.loads
JOIN :staging_schema.load_undo USING (dataset, partition_date)
WHERE dataset = :dataset AND partition_date = :day::date
ON CONFLICT (dataset, partition_date) DO UPDATE SET
  undone_load_id = excluded.undone_load_id,
  undone_sha256 = excluded.undone_sha256,
  load_id = excluded.load_id,
  undone_at = excluded.undone_at;
