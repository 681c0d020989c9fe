-- Which of the two schemas are there. :staging_schema and :mart_schema, their names.
SELECT schema_name
FROM v_catalog.schemata
WHERE schema_name IN (:staging_schema, :mart_schema);
