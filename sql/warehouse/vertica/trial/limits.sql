-- Limits that a DBA may have set. They are read, and nothing is changed.
-- [limit-lock]
SELECT DISTINCT current_value
FROM v_monitor.configuration_parameters
WHERE parameter_name = 'LockTimeout';

-- [limit-sessions]
SELECT DISTINCT current_value
FROM v_monitor.configuration_parameters
WHERE parameter_name = 'MaxClientSessions';

-- [limit-user-sessions]
SELECT max_connections
FROM v_catalog.users
WHERE user_name = CURRENT_USER();

-- [limit-idle]
SHOW IDLESESSIONTIMEOUT;

-- [limit-statement]
SHOW RUNTIMECAP;
