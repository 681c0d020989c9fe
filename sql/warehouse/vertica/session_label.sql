-- Names the session for whoever looks into v_monitor.sessions.
SELECT SET_CLIENT_LABEL(:label);
