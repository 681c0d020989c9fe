-- How a table is partitioned.
SELECT partition_expression, partition_group_expression
FROM v_catalog.tables
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :table_name;
