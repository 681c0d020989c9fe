-- The last dumps of the days from :first_day to :last_day, with the figures of their manifests.
SELECT
  dataset, day, sha256, rows, staged_rows, bytes, control_total, snapshot, sources, complete,
  created_at, version
FROM finpipe.dumps
WHERE day BETWEEN :first_day::date AND :last_day::date
ORDER BY day, dataset;
