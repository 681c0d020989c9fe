-- What is known of the days from :first_day to :last_day: rows that were landed, the last dump, and what
-- prune took out. One that is not there is NULL.
SELECT
  dataset, day, coalesce(landed.rows, 0) AS landed, dumps.sha256, dumps.rows AS dumped_rows,
  dumps.staged_rows, dumps.created_at, dumps.complete, pruned.rows AS pruned_rows, pruned.pruned_at
FROM (
  SELECT dataset, day, sum(rows)::bigint AS rows
  FROM finpipe.landed_days
  WHERE day BETWEEN :first_day::date AND :last_day::date
  GROUP BY dataset, day
) AS landed
FULL JOIN (
  SELECT * FROM finpipe.dumps WHERE day BETWEEN :first_day::date AND :last_day::date
) AS dumps USING (dataset, day)
FULL JOIN (
  SELECT dataset, day, sum(rows)::bigint AS rows, max(pruned_at) AS pruned_at
  FROM finpipe.pruned_days
  WHERE day BETWEEN :first_day::date AND :last_day::date
  GROUP BY dataset, day
) AS pruned USING (dataset, day)
ORDER BY day, dataset;
