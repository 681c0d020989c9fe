-- The schemas, and the table of applied migrations.
CREATE SCHEMA IF NOT EXISTS finpipe_staging;
CREATE SCHEMA IF NOT EXISTS finpipe_mart;
CREATE TABLE IF NOT EXISTS finpipe_staging.migrations (
  version    integer      NOT NULL PRIMARY KEY,
  name       varchar(100) NOT NULL,
  applied_at timestamp    NOT NULL
);
