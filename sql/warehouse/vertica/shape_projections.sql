-- Segmentation and sort order of a table's projections.
SELECT
  projections.projection_name,
  projections.is_segmented,
  projections.segment_expression,
  projection_columns.projection_column_name AS column_name
FROM v_catalog.projections
INNER JOIN v_catalog.projection_columns
  ON projection_columns.projection_id = projections.projection_id
WHERE LOWER(projections.projection_schema) = LOWER(:staging_schema_name)
  AND projections.anchor_table_name = :table_name
  AND projection_columns.sort_position IS NOT NULL
ORDER BY projections.projection_name, projection_columns.sort_position;
