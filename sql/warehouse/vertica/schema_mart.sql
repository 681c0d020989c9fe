-- Where the schema is missing; where a DBA made it (grants.sql) finpipe needs no right to create one.
CREATE SCHEMA IF NOT EXISTS :mart_schema;
