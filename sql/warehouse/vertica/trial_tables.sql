-- Tables that trials made and that are the user's own. :staging_schema and :mart_schema, the names of the
-- schemas; :pattern such as 'finpipe!_trial!_%'.
SELECT
  table_schema,
  table_name
FROM v_catalog.tables
WHERE LOWER(table_schema) IN (LOWER(:staging_schema), LOWER(:mart_schema))
  AND table_name LIKE :pattern ESCAPE '!'
  AND owner_name = CURRENT_USER()
ORDER BY table_schema, table_name;
