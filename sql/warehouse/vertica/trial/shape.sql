-- What v_catalog says of a table and of one that is made LIKE it (shape_*.sql): but for their names the same,
-- as doctor compares them.
CREATE TABLE :staging_schema.:trial_target (
  object_id           UUID          NOT NULL,
  sent_dttm           TIMESTAMP     NOT NULL,
  operation_id        UUID          NOT NULL,
  account_number_from INTEGER       NOT NULL,
  account_number_to   INTEGER       NOT NULL,
  currency_code       INTEGER       NOT NULL,
  country             VARCHAR(1000) NOT NULL,
  status              VARCHAR(1000) NOT NULL,
  transaction_type    VARCHAR(1000) NOT NULL,
  amount              INTEGER       NOT NULL,
  transaction_dt      TIMESTAMP     NOT NULL
)
ORDER BY status, currency_code, account_number_from, object_id
SEGMENTED BY HASH(object_id) ALL NODES
PARTITION BY transaction_dt::DATE
GROUP BY CALENDAR_HIERARCHY_DAY(transaction_dt::DATE, 2, 2);

-- [like]
CREATE TABLE :staging_schema.:trial_side
LIKE :staging_schema.:trial_target INCLUDING PROJECTIONS;

-- [columns-target]
SELECT column_name, data_type, is_nullable
FROM v_catalog.columns
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :trial_target_name
ORDER BY ordinal_position;

-- [columns-side]
SELECT column_name, data_type, is_nullable
FROM v_catalog.columns
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :trial_side_name
ORDER BY ordinal_position;

-- [partitions-target]
SELECT partition_expression, partition_group_expression
FROM v_catalog.tables
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :trial_target_name;

-- [partitions-side]
SELECT partition_expression, partition_group_expression
FROM v_catalog.tables
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :trial_side_name;

-- [keys-target]
SELECT constraint_name, constraint_type, column_name
FROM v_catalog.constraint_columns
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :trial_target_name
  AND constraint_type IN ('p', 'u', 'c')
ORDER BY constraint_type, constraint_name, column_name;

-- [keys-side]
SELECT constraint_name, constraint_type, column_name
FROM v_catalog.constraint_columns
WHERE LOWER(table_schema) = LOWER(:staging_schema_name) AND table_name = :trial_side_name
  AND constraint_type IN ('p', 'u', 'c')
ORDER BY constraint_type, constraint_name, column_name;

-- [projections-target]
SELECT
  projections.projection_name,
  projections.is_segmented,
  projections.segment_expression,
  projection_columns.projection_column_name AS column_name
FROM v_catalog.projections
INNER JOIN v_catalog.projection_columns
  ON projection_columns.projection_id = projections.projection_id
WHERE LOWER(projections.projection_schema) = LOWER(:staging_schema_name)
  AND projections.anchor_table_name = :trial_target_name
  AND projection_columns.sort_position IS NOT NULL
ORDER BY projections.projection_name, projection_columns.sort_position;

-- [projections-side]
SELECT
  projections.projection_name,
  projections.is_segmented,
  projections.segment_expression,
  projection_columns.projection_column_name AS column_name
FROM v_catalog.projections
INNER JOIN v_catalog.projection_columns
  ON projection_columns.projection_id = projections.projection_id
WHERE LOWER(projections.projection_schema) = LOWER(:staging_schema_name)
  AND projections.anchor_table_name = :trial_side_name
  AND projection_columns.sort_position IS NOT NULL
ORDER BY projections.projection_name, projection_columns.sort_position;

DROP TABLE :staging_schema.:trial_side CASCADE;

DROP TABLE :staging_schema.:trial_target CASCADE;
