-- The system tables that finpipe reads, each once: RESTRICT_SYSTEM_TABLES_ACCESS keeps them from users.
SELECT COUNT(*) AS read FROM v_catalog.columns WHERE table_name = '';
SELECT COUNT(*) AS read FROM v_catalog.projection_columns WHERE table_name = '';
SELECT COUNT(*) AS read FROM v_catalog.projections WHERE anchor_table_name = '';
SELECT COUNT(*) AS read FROM v_catalog.schemata WHERE schema_name = '';
SELECT COUNT(*) AS read FROM v_catalog.tables WHERE table_name = '';
SELECT COUNT(*) AS read FROM v_monitor.current_session WHERE session_id = '';
SELECT COUNT(*) AS read FROM v_monitor.sessions WHERE session_id = '';
