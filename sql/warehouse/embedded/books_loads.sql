-- The record of each load of the days of a range, with the dump that it was of.
SELECT
  loads.dataset,
  loads.partition_date,
  loads.load_id,
  loads.sha256,
  loads.manifest_rows,
  loads.manifest_control_total,
  loads.rows,
  loads.refused,
  loads.control_total,
  origins.staged_rows,
  origins.bytes,
  origins.dumped_at,
  fingerprints.fingerprint
FROM :staging_schema.loads
LEFT JOIN :staging_schema.load_origins AS origins
  ON origins.load_id = loads.load_id
  AND origins.dataset = loads.dataset
  AND origins.partition_date = loads.partition_date
LEFT JOIN :staging_schema.load_fingerprints AS fingerprints
  ON fingerprints.load_id = loads.load_id
  AND fingerprints.dataset = loads.dataset
  AND fingerprints.partition_date = loads.partition_date
WHERE loads.partition_date BETWEEN :first_day::date AND :last_day::date;
