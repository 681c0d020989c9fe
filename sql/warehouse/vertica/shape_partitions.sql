-- How a table is partitioned. :staging_schema its schema, :table_name its name.
SELECT partition_expression, partition_group_expression
FROM v_catalog.tables
WHERE LOWER(table_schema) = LOWER(:staging_schema) AND table_name = :table_name;
