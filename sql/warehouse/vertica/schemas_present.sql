-- Which of the two schemas are there.
SELECT LOWER(schema_name) AS schema_name
FROM v_catalog.schemata
WHERE LOWER(schema_name) IN (LOWER(:staging_schema_name), LOWER(:mart_schema_name));
