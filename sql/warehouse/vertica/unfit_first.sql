-- Why the first of them was refused.
SELECT reason
FROM :staging_schema.load_refused
WHERE load_id = CAST(:load_id AS UUID) AND line IS NULL
ORDER BY reason
LIMIT 1;
