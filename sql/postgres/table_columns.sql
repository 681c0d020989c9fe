-- The columns of what stands under the names of :tables, as in '{stg.transactions}': tables, and whatever
-- else may have taken such a name, without a column then.
SELECT
  concat(nspname, '.', relname) AS "table",
  CASE relkind
    WHEN 'r' THEN 'table'
    WHEN 'p' THEN 'table'
    WHEN 'v' THEN 'view'
    WHEN 'm' THEN 'materialized view'
    WHEN 'f' THEN 'foreign table'
    WHEN 'S' THEN 'sequence'
    WHEN 'c' THEN 'type'
    ELSE 'index'
  END AS kind,
  attname AS "column",
  coalesce(format_type(atttypid, atttypmod), '') AS type,
  coalesce(attnotnull, false) AS is_required,
  coalesce(attidentity <> '' OR atthasdef, false) AS fills_itself
FROM pg_class
INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
WHERE concat(nspname, '.', relname) = ANY (:tables::text::text[])
ORDER BY "table", attnum;
