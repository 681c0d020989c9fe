-- Tables that the user owns, who may do everything with them. :staging_schema and :mart_schema, the
-- names of the schemas.
SELECT LOWER(table_schema) || '.' || LOWER(table_name) AS table_name
FROM v_catalog.tables
WHERE LOWER(table_schema) IN (LOWER(:staging_schema), LOWER(:mart_schema))
  AND owner_name = CURRENT_USER();
