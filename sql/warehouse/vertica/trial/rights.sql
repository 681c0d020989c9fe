-- Rights, as doctor reads them (rights_of.sql), and the system tables that finpipe reads (system_tables.sql).
-- :database, its name.
-- [database]
SELECT GET_PRIVILEGES_DESCRIPTION('database', :database) AS privileges;

-- [public]
SELECT GET_PRIVILEGES_DESCRIPTION('schema', 'public') AS privileges;

-- [staging]
SELECT GET_PRIVILEGES_DESCRIPTION('schema', :staging_schema_name) AS privileges;

-- [mart]
SELECT GET_PRIVILEGES_DESCRIPTION('schema', :mart_schema_name) AS privileges;

-- [superuser]
SELECT is_super_user FROM v_catalog.users WHERE user_name = CURRENT_USER();

-- [absent]
SELECT GET_PRIVILEGES_DESCRIPTION('schema', :trial_schema_name) AS privileges;

-- [read-columns]
SELECT COUNT(*) AS read FROM v_catalog.columns WHERE table_name = '';

-- [read-constraint-columns]
SELECT COUNT(*) AS read FROM v_catalog.constraint_columns WHERE table_name = '';

-- [read-projection-columns]
SELECT COUNT(*) AS read FROM v_catalog.projection_columns WHERE table_name = '';

-- [read-projections]
SELECT COUNT(*) AS read FROM v_catalog.projections WHERE anchor_table_name = '';

-- [read-schemata]
SELECT COUNT(*) AS read FROM v_catalog.schemata WHERE schema_name = '';

-- [read-tables]
SELECT COUNT(*) AS read FROM v_catalog.tables WHERE table_name = '';

-- [read-current-session]
SELECT COUNT(*) AS read FROM v_monitor.current_session WHERE session_id = '';

-- [read-sessions]
SELECT COUNT(*) AS read FROM v_monitor.sessions WHERE session_id = '';
