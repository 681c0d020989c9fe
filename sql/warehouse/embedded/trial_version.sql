-- The engine, as it says of itself.
SELECT 'PostgreSQL ' || current_setting('server_version') AS version;
