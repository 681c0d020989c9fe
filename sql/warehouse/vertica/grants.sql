-- For the DBA, once, before `finpipe init`: the least that finpipe needs. The user is made beforehand:
--   CREATE USER finpipe IDENTIFIED BY '...';
-- finpipe creates its tables itself and owns them, as the swap of partitions and DROP of the side
-- tables are for owners. Where the schemas are there already, it needs no right to create one.
CREATE SCHEMA IF NOT EXISTS :staging_schema;
CREATE SCHEMA IF NOT EXISTS :mart_schema;
GRANT USAGE, CREATE ON SCHEMA :staging_schema TO :finpipe_user;
GRANT USAGE, CREATE ON SCHEMA :mart_schema TO :finpipe_user;

-- FCSVPARSER, which reads the files, is a function of this schema; new users may not look into it.
GRANT USAGE ON SCHEMA public TO :finpipe_user;

-- The table of rejected rows of a COPY is a temporary one. The database's name is yours to fill in.
GRANT TEMP ON DATABASE :finpipe_database TO :finpipe_user;

-- For those who read the mart and nothing else.
CREATE ROLE :reader_role;
ALTER SCHEMA :mart_schema DEFAULT INCLUDE PRIVILEGES;
GRANT USAGE, SELECT ON SCHEMA :mart_schema TO :reader_role;
