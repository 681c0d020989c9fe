-- Sessions of trials that are there, of this user.
SELECT
  session_id,
  client_label
FROM v_monitor.sessions
WHERE client_label LIKE :labels_like;
