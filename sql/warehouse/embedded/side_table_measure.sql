-- What was taken into the side table. The fingerprint tells the same rows from others, in whatever order
-- they are.
SELECT
  count(*) AS rows,
  coalesce(sum(:control), 0) AS control_total,
  coalesce(sum(hash_record_extended(side, 0)), 0) AS fingerprint
FROM :staging_schema.:side_table AS side;
