-- For the DBA, once, before `finpipe init`: the least that finpipe needs. The user is made beforehand:
--   CREATE USER finpipe IDENTIFIED BY '...';
-- finpipe creates its tables itself and owns them, as the swap of partitions and DROP of the side
-- tables are for owners. Where the schemas are there already, it needs no right to create one.
CREATE SCHEMA IF NOT EXISTS finpipe_staging;
CREATE SCHEMA IF NOT EXISTS finpipe_mart;
GRANT USAGE, CREATE ON SCHEMA finpipe_staging TO finpipe;
GRANT USAGE, CREATE ON SCHEMA finpipe_mart TO finpipe;

-- FCSVPARSER, which reads the files, is a function of this schema; new users may not look into it.
GRANT USAGE ON SCHEMA public TO finpipe;

-- The table of rejected rows of a COPY is a temporary one. The database's name is yours to fill in.
GRANT TEMP ON DATABASE finpipe_db TO finpipe;

-- For those who read the mart and nothing else.
CREATE ROLE finpipe_reader;
ALTER SCHEMA finpipe_mart DEFAULT INCLUDE PRIVILEGES;
GRANT USAGE, SELECT ON SCHEMA finpipe_mart TO finpipe_reader;
