-- The schemas, and the table of applied migrations.
CREATE SCHEMA IF NOT EXISTS :staging_schema;
CREATE SCHEMA IF NOT EXISTS :mart_schema;
CREATE TABLE IF NOT EXISTS :staging_schema.migrations (
  version    integer      NOT NULL PRIMARY KEY,
  name       varchar(100) NOT NULL,
  applied_at timestamp    NOT NULL
);

-- Which of the finpipes that still run the schema stops, when it is newer than they are: 'nothing',
-- 'writers', or 'readers' as well. A record that was made before there was this column has it empty.
ALTER TABLE :staging_schema.migrations ADD COLUMN IF NOT EXISTS breaks varchar(10);
