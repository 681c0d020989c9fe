-- Names the session for whoever looks into v_monitor.sessions. :label such as 'finpipe:load:2022-10-01'.
SELECT SET_CLIENT_LABEL(:label);
