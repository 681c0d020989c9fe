-- The server, as it says of itself; the clock is in UTC.
SELECT VERSION() AS version, CURRENT_USER() AS user_name, GETUTCDATE() AS clock;
