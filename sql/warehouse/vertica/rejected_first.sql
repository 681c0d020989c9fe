-- The first of them.
SELECT row_number AS line, rejected_reason AS reason
FROM finpipe_rejected_0123456789ab
ORDER BY row_number
LIMIT 1;
