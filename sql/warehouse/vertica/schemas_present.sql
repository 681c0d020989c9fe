-- Which of the two schemas are there. :staging_schema and :mart_schema, their names.
SELECT LOWER(schema_name) AS schema_name
FROM v_catalog.schemata
WHERE LOWER(schema_name) IN (LOWER(:staging_schema), LOWER(:mart_schema));
