-- The server's version as a number: 180004 is 18.4.
SELECT current_setting('server_version_num') AS version;
