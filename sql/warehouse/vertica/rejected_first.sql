-- The first of them. :rows_before is how many rows of the file stand before those of this session. A
-- row whose number could not be determined has -1.
SELECT
  CASE WHEN row_number > 0 THEN :rows_before + row_number END AS line,
  rejected_reason AS reason
FROM :rejected_table
ORDER BY row_number
LIMIT 1;
