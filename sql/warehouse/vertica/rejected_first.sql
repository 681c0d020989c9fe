-- The first of them. :rows_before how many rows of the file stand before those of this session.
SELECT :rows_before + row_number AS line, rejected_reason AS reason
FROM finpipe_rejected_0123456789ab
ORDER BY row_number
LIMIT 1;
