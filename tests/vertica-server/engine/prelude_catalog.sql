-- What Vertica's catalog knows and PostgreSQL's does not, and the system tables over both.
CREATE SCHEMA v_engine_catalog;
CREATE SCHEMA v_catalog;
CREATE SCHEMA v_monitor;
GRANT USAGE ON SCHEMA v_engine_catalog, v_catalog, v_monitor TO PUBLIC;

-- Expressions are kept with {t} for the table's name: tables are renamed, and compared for a swap.
CREATE TABLE v_engine_catalog.tables (
  table_oid oid PRIMARY KEY, partition_by text, partition_sql text, group_by text, group_sql text,
  inherits boolean NOT NULL DEFAULT false
);
CREATE TABLE v_engine_catalog.columns (
  table_oid oid, attnum int2, type text NOT NULL, length integer, "precision" integer,
  scale integer, PRIMARY KEY (table_oid, attnum)
);
CREATE TABLE v_engine_catalog.projections (
  projection_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, table_oid oid NOT NULL,
  name text NOT NULL, columns text[] NOT NULL, sort text[] NOT NULL, segmentation text,
  is_super boolean NOT NULL, create_type text NOT NULL
);
CREATE TABLE v_engine_catalog.keys (
  table_oid oid, name text, kind text, columns text[], is_enabled boolean NOT NULL,
  references_oid oid, references_columns text[], PRIMARY KEY (table_oid, name)
);
CREATE TABLE v_engine_catalog.users (
  name text PRIMARY KEY, is_role boolean NOT NULL, password text
);
CREATE TABLE v_engine_catalog.schemas (name text PRIMARY KEY, includes_privileges boolean NOT NULL);
CREATE TABLE v_engine_catalog.schema_rights (
  schema_name text, right_name text, role text, PRIMARY KEY (schema_name, right_name, role)
);
INSERT INTO v_engine_catalog.users (name, is_role, password) VALUES ('dbadmin', false, '');
CREATE UNLOGGED TABLE v_engine_catalog.sessions (
  session_id text, user_name text, client_label text, login_timestamp timestamptz,
  transaction_id bigint, current_statement text, backend integer
);
CREATE UNLOGGED TABLE v_engine_catalog.locks (
  object_name text, session_id text, user_name text, mode text, is_granted boolean
);
GRANT SELECT ON v_engine_catalog.tables, v_engine_catalog.columns, v_engine_catalog.projections,
  v_engine_catalog.keys, v_engine_catalog.schemas, v_engine_catalog.schema_rights,
  v_engine_catalog.sessions, v_engine_catalog.locks TO PUBLIC;

CREATE VIEW v_engine_catalog.classes AS
SELECT c.oid AS table_oid, n.oid AS schema_oid,
  (CASE WHEN n.nspname LIKE 'pg_temp%' THEN 'v_temp_schema' ELSE n.nspname END)::varchar AS schema_name,
  c.relname::varchar AS table_name, c.relowner, c.relkind,
  (n.nspname LIKE 'pg_temp%') AS is_temp
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE (n.nspname NOT LIKE 'pg\_%' OR n.oid = pg_my_temp_schema())
  AND n.nspname NOT IN ('information_schema', 'v_engine', 'v_engine_catalog')
  AND c.relkind IN ('r', 'v')
  AND (has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege(c.oid, 'DELETE'));

CREATE VIEW v_catalog.schemata AS
SELECT oid::bigint AS schema_id, nspname::varchar AS schema_name,
  nspowner::bigint AS schema_owner_id, v_engine.user_of(pg_get_userbyid(nspowner))::varchar AS schema_owner,
  nspname IN ('v_catalog', 'v_monitor') AS is_system_schema
FROM pg_namespace
WHERE nspname NOT LIKE 'pg\_%'
  AND nspname NOT IN ('information_schema', 'v_engine', 'v_engine_catalog')
  AND has_schema_privilege(oid, 'USAGE');

CREATE VIEW v_catalog.tables AS
SELECT c.schema_oid::bigint AS table_schema_id, c.schema_name AS table_schema,
  c.table_oid::bigint AS table_id, c.table_name, c.relowner::bigint AS owner_id,
  v_engine.user_of(pg_get_userbyid(c.relowner))::varchar AS owner_name, c.is_temp AS is_temp_table,
  false AS is_system_table,
  COALESCE(replace(t.partition_by, '{t}', c.table_name), '')::varchar AS partition_expression,
  COALESCE(replace(t.group_by, '{t}', c.table_name), '')::varchar AS partition_group_expression
FROM v_engine_catalog.classes AS c LEFT JOIN v_engine_catalog.tables AS t USING (table_oid)
WHERE c.relkind = 'r';

CREATE VIEW v_catalog.columns AS
SELECT c.table_oid::bigint AS table_id, c.schema_name AS table_schema, c.table_name,
  false AS is_system_table, (c.table_oid || '-' || a.attnum)::varchar AS column_id,
  a.attname::varchar AS column_name,
  (v.type || CASE
    WHEN v."precision" IS NOT NULL THEN '(' || v."precision" || ',' || v.scale || ')'
    WHEN v.length IS NOT NULL THEN '(' || v.length || ')' ELSE '' END)::varchar AS data_type,
  v.length::bigint AS character_maximum_length, v."precision"::bigint AS numeric_precision,
  v.scale::bigint AS numeric_scale,
  row_number() OVER (PARTITION BY c.table_oid ORDER BY a.attnum) AS ordinal_position,
  NOT a.attnotnull AS is_nullable,
  COALESCE(pg_get_expr(d.adbin, d.adrelid), '')::varchar AS column_default, false AS is_identity
FROM v_engine_catalog.classes AS c
JOIN pg_attribute AS a ON a.attrelid = c.table_oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN v_engine_catalog.columns AS v ON v.table_oid = c.table_oid AND v.attnum = a.attnum
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.table_oid AND d.adnum = a.attnum;

CREATE VIEW v_catalog.projections AS
SELECT c.schema_oid::bigint AS projection_schema_id, c.schema_name AS projection_schema,
  p.projection_id, p.name::varchar AS projection_name, p.name::varchar AS projection_basename,
  v_engine.user_of(pg_get_userbyid(c.relowner))::varchar AS owner_name,
  c.table_oid::bigint AS anchor_table_id, c.table_name AS anchor_table_name,
  p.create_type::varchar AS create_type, 0::bigint AS verified_fault_tolerance, true AS is_up_to_date,
  p.segmentation IS NOT NULL AS is_segmented,
  replace(p.segmentation, '{t}', c.table_name)::varchar AS segment_expression,
  p.is_super AS is_super_projection
FROM v_engine_catalog.projections AS p JOIN v_engine_catalog.classes AS c USING (table_oid);

CREATE VIEW v_catalog.projection_columns AS
SELECT p.projection_id, p.name::varchar AS projection_name, col.name::varchar AS projection_column_name,
  (col.position - 1)::bigint AS column_position,
  (array_position(p.sort, col.name) - 1)::bigint AS sort_position, 'AUTO'::varchar AS encoding_type,
  c.schema_name AS table_schema, c.table_oid::bigint AS table_id, c.table_name,
  col.name::varchar AS table_column_name
FROM v_engine_catalog.projections AS p
JOIN v_engine_catalog.classes AS c USING (table_oid)
CROSS JOIN LATERAL unnest(p.columns) WITH ORDINALITY AS col (name, position);

CREATE VIEW v_catalog.constraint_columns AS
SELECT (c.table_oid::bigint << 31 | abs(hashtext(k.name)::bigint)) AS constraint_id, c.schema_name AS table_schema, c.table_name, k.name::varchar AS constraint_name,
  k.kind::varchar AS constraint_type, col.name::varchar AS column_name, k.is_enabled,
  r.schema_name AS reference_table_schema, r.table_name AS reference_table_name,
  k.references_columns[col.place]::varchar AS reference_column_name
FROM v_engine_catalog.keys AS k JOIN v_engine_catalog.classes AS c USING (table_oid)
LEFT JOIN v_engine_catalog.classes AS r ON r.table_oid = k.references_oid
CROSS JOIN LATERAL unnest(k.columns) WITH ORDINALITY AS col (name, place);
CREATE VIEW v_catalog.table_constraints AS
SELECT c.table_name, k.name::varchar AS constraint_name,
  k.kind::varchar AS constraint_type, k.is_enabled
FROM v_engine_catalog.keys AS k JOIN v_engine_catalog.classes AS c USING (table_oid);
CREATE VIEW v_catalog.primary_keys AS
SELECT * FROM v_catalog.constraint_columns WHERE constraint_type = 'p';
CREATE VIEW v_catalog.foreign_keys AS
SELECT * FROM v_catalog.constraint_columns WHERE constraint_type = 'f';

CREATE VIEW v_catalog.users AS
SELECT name::varchar AS user_name, name = 'dbadmin' AS is_super_user,
  'unlimited'::varchar AS max_connections
FROM v_engine_catalog.users WHERE NOT is_role;
CREATE VIEW v_catalog.roles AS
SELECT name::varchar AS name FROM v_engine_catalog.users WHERE is_role;

CREATE VIEW v_catalog.grants AS
SELECT v_engine.user_of(pg_get_userbyid(a.grantor))::varchar AS grantor,
  (CASE WHEN a.grantee = 0 THEN 'public' ELSE v_engine.user_of(pg_get_userbyid(a.grantee)) END)::varchar
    AS grantee,
  string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ', '
    ORDER BY a.privilege_type)::varchar AS privileges_description,
  o.object_schema, o.object_name, o.object_type
FROM (
  SELECT n.nspacl AS acl, ''::varchar AS object_schema, n.nspname::varchar AS object_name,
    'SCHEMA'::varchar AS object_type
  FROM pg_namespace AS n WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT LIKE 'v\_%'
    AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT k.relacl, c.schema_name, c.table_name, 'TABLE'
  FROM v_engine_catalog.classes AS c JOIN pg_class AS k ON k.oid = c.table_oid
  WHERE c.schema_name NOT LIKE 'v\_%'
) AS o
CROSS JOIN LATERAL aclexplode(o.acl) AS a
GROUP BY a.grantor, a.grantee, o.object_schema, o.object_name, o.object_type;

CREATE VIEW v_catalog.dual AS SELECT 'X'::varchar AS dummy;
CREATE VIEW v_catalog.nodes AS
SELECT 'v_finpipe_node0001'::varchar AS node_name, 'UP'::varchar AS node_state;
-- Has rows in Eon Mode alone (documentation, NODE_SUBSCRIPTIONS).
CREATE VIEW v_catalog.node_subscriptions AS
SELECT node_name, ''::varchar AS shard_name, ''::varchar AS subscription_state FROM v_catalog.nodes
WHERE false;

-- Of all, those that a client may ask for; as they come.
CREATE VIEW v_monitor.configuration_parameters AS
SELECT 'ALL'::varchar AS node_name, name::varchar AS parameter_name, value::varchar AS current_value
FROM (VALUES ('LockTimeout', '300'), ('MaxClientSessions', '50')) AS p (name, value);

CREATE VIEW v_monitor.sessions AS
SELECT 'v_finpipe_node0001'::varchar AS node_name, user_name::varchar AS user_name,
  session_id::varchar AS session_id, client_label::varchar AS client_label, login_timestamp,
  transaction_id, current_statement::varchar AS current_statement
FROM v_engine_catalog.sessions
-- Users see sessions of their own, a superuser all.
WHERE EXISTS (
  SELECT FROM v_engine_catalog.sessions AS own
  WHERE own.session_id = current_setting('v_engine.session_id', true)
    AND own.user_name IN (sessions.user_name, 'dbadmin')
);
CREATE VIEW v_monitor.current_session AS
SELECT node_name, user_name, s.session_id, client_label, login_timestamp, transaction_id
FROM v_monitor.sessions AS s
WHERE session_id = current_setting('v_engine.session_id', true);
CREATE VIEW v_monitor.locks AS
SELECT object_name::varchar AS object_name, session_id::varchar AS session_id,
  user_name::varchar AS user_name, mode::varchar AS lock_mode,
  (CASE WHEN is_granted THEN 'TRANSACTION' ELSE 'REQUESTED' END)::varchar AS lock_scope
FROM v_engine_catalog.locks;

CREATE FUNCTION v_engine.partitions() RETURNS TABLE (
  partition_key varchar, table_oid oid, ros_row_count bigint
) LANGUAGE plpgsql STABLE AS $$
DECLARE t record;
BEGIN
  FOR t IN
    SELECT c.*, p.partition_sql FROM v_engine_catalog.tables AS p
    JOIN v_engine_catalog.classes AS c USING (table_oid) WHERE p.partition_sql IS NOT NULL
  LOOP
    RETURN QUERY EXECUTE format(
      'SELECT (%s)::varchar, %s::oid, count(*) FROM %s GROUP BY 1', t.partition_sql, t.table_oid,
      t.table_oid::regclass
    );
  END LOOP;
END $$;
CREATE VIEW v_monitor.partitions AS
SELECT r.partition_key, c.schema_name AS table_schema, c.table_name, p.projection_id,
  p.name::varchar AS projection_name, r.ros_row_count, 'v_finpipe_node0001'::varchar AS node_name
FROM v_engine.partitions() AS r
JOIN v_engine_catalog.classes AS c USING (table_oid)
JOIN v_engine_catalog.projections AS p USING (table_oid);

GRANT SELECT ON ALL TABLES IN SCHEMA v_catalog, v_monitor TO PUBLIC;
GRANT SELECT ON v_engine_catalog.classes TO PUBLIC;
