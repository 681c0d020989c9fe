-- What every statement of finpipe takes for granted, whatever a user's or the database's own settings
-- say. Without autocommit off, each DML statement would be a transaction of its own.
SET SESSION AUTOCOMMIT TO OFF;
SET TIME ZONE TO 'UTC';
SET DATESTYLE TO ISO;
SET STANDARD_CONFORMING_STRINGS TO ON;
