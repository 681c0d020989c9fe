-- What was taken into the side table.
SELECT count(*) AS rows, coalesce(sum(:control), 0) AS control_total
FROM :staging_schema.:side_table;
