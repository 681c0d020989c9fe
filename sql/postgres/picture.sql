-- All that stands in :schemas, as in '{stg,finpipe}', a line each: columns, keys and checks, indexes, views.
WITH tables AS (
  SELECT pg_class.oid, format('%s.%s', nspname, relname) AS name
  FROM pg_class
  INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE nspname = ANY (:schemas::text::text[]) AND relkind IN ('r', 'p')
)

SELECT
  format(
    'column %s.%s %s%s%s',
    name,
    attname,
    format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN ' not null' ELSE '' END,
    CASE
      WHEN attidentity <> '' THEN ' identity'
      WHEN atthasdef THEN format(' default %s', pg_get_expr(adbin, adrelid))
      ELSE ''
    END
  ) AS line
FROM tables
INNER JOIN pg_attribute ON attrelid = tables.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
UNION ALL
-- NOT NULL is said by its column; a key is an index as well. Whether a check was validated for rows
-- of before is no difference.
SELECT format(
    'constraint %s %s',
    name,
    regexp_replace(pg_get_constraintdef(pg_constraint.oid), ' NOT VALID$', '')
  ) AS line
FROM tables
INNER JOIN pg_constraint ON conrelid = tables.oid AND contype <> 'n'
UNION ALL
SELECT pg_get_indexdef(indexrelid) AS line
FROM tables
INNER JOIN pg_index ON indrelid = tables.oid
WHERE indisvalid
UNION ALL
SELECT format(
    'view %s.%s %s',
    nspname,
    relname,
    regexp_replace(pg_get_viewdef(pg_class.oid), '\s+', ' ', 'g')
  ) AS line
FROM pg_class
INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = ANY (:schemas::text::text[]) AND relkind = 'v'
ORDER BY line;
