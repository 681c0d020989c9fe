-- Why the first of them was refused. :load_id.
SELECT reason
FROM finpipe_staging.load_refused
WHERE load_id = CAST(:load_id AS UUID) AND line IS NULL
ORDER BY reason
LIMIT 1;
