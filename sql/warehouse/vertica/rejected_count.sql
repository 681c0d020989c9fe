-- How many rows COPY rejected.
SELECT COUNT(*) AS refused FROM :rejected_table;
