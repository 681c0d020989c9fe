-- What tools for looking at data ask of the catalog (Vertica documentation, pages of these names).

CREATE VIEW v_catalog.all_tables AS
SELECT c.schema_name, c.table_oid::bigint AS table_id, c.table_name,
  (CASE
    WHEN c.relkind = 'r' THEN 'TABLE'
    WHEN c.schema_name IN ('v_catalog', 'v_monitor') THEN 'SYSTEM TABLE'
    ELSE 'VIEW' END)::varchar AS table_type,
  ''::varchar AS remarks
FROM v_engine_catalog.classes AS c;

CREATE VIEW v_catalog.views AS
SELECT c.schema_oid::bigint AS table_schema_id, c.schema_name AS table_schema,
  c.table_oid::bigint AS table_id, c.table_name, c.relowner::bigint AS owner_id,
  v_engine.user_of(pg_get_userbyid(c.relowner))::varchar AS owner_name,
  pg_get_viewdef(c.table_oid)::varchar AS view_definition, false AS is_system_view
FROM v_engine_catalog.classes AS c
WHERE c.relkind = 'v' AND c.schema_name NOT IN ('v_catalog', 'v_monitor');

CREATE VIEW v_catalog.view_columns AS
SELECT v.table_id, v.table_schema, v.table_name,
  (v.table_id || '-' || a.attnum)::varchar AS column_id, a.attname::varchar AS column_name,
  (CASE t.typname
    WHEN 'bool' THEN 'boolean'
    WHEN 'int4' THEN 'int'
    WHEN 'int8' THEN 'int'
    WHEN 'float8' THEN 'float'
    WHEN 'varchar' THEN 'varchar' || COALESCE('(' || NULLIF(a.atttypmod, -1) - 4 || ')', '')
    WHEN 'numeric' THEN COALESCE(
      'numeric(' || ((NULLIF(a.atttypmod, -1) - 4) >> 16 & 65535) || ',' || ((a.atttypmod - 4) & 65535) || ')',
      'numeric')
    ELSE t.typname END)::varchar AS data_type,
  row_number() OVER (PARTITION BY v.table_id ORDER BY a.attnum) AS ordinal_position
FROM v_catalog.views AS v
JOIN pg_attribute AS a ON a.attrelid = v.table_id::oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid;

CREATE VIEW v_catalog.comments AS
SELECT
  (CASE WHEN d.objsubid = 0 THEN 'TABLE' ELSE 'COLUMN' END)::varchar AS object_type,
  c.schema_name AS object_schema,
  (c.table_name || COALESCE('.' || a.attname, ''))::varchar AS object_name,
  a.attname::varchar AS child_object, d.description::varchar AS comment
FROM pg_description AS d
JOIN v_engine_catalog.classes AS c ON c.table_oid = d.objoid AND d.classoid = 'pg_class'::regclass
LEFT JOIN pg_attribute AS a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE c.schema_name NOT IN ('v_catalog', 'v_monitor');

-- There are none: CREATE SEQUENCE and IDENTITY are refused.
CREATE VIEW v_catalog.sequences AS
SELECT ''::varchar AS sequence_schema, ''::varchar AS sequence_name,
  ''::varchar AS identity_table_name, 1::bigint AS minimum, 1::bigint AS increment_by
WHERE false;

GRANT SELECT ON ALL TABLES IN SCHEMA v_catalog TO PUBLIC;
