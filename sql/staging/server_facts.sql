-- What the doctor looks at. The clock, in seconds since 1970, is read at the statement, not at the
-- transaction's begin.
SELECT current_setting('server_version') AS version,
       current_user AS role,
       extract(epoch FROM clock_timestamp())::numeric(20, 3) AS clock,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS read_only;
