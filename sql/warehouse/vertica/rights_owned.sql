-- Tables that the user owns, who may do everything with them.
SELECT LOWER(table_schema) || '.' || LOWER(table_name) AS table_name
FROM v_catalog.tables
WHERE LOWER(table_schema) IN (LOWER(:staging_schema_name), LOWER(:mart_schema_name))
  AND owner_name = CURRENT_USER();
