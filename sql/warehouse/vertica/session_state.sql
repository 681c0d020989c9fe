-- What a session does, as another one of the same user sees it: no row where it is over, no
-- current_statement where it does nothing.
SELECT
  session_id,
  current_statement
FROM v_monitor.sessions
WHERE session_id = :session_id;
