-- What the session that asks is called in v_monitor.sessions.
SELECT session_id FROM v_monitor.current_session;
