-- What a mart does not count of each day of a range, each row once: by a test account, else by its status,
-- else by its type. Variables as in books_counted.sql.
SELECT partition_date, reason, given, COUNT(*) AS rows
FROM (
  SELECT
    CAST(transaction_dt AS DATE) AS partition_date,
    CASE
      WHEN account_number_from <= 0 OR account_number_to <= 0 THEN 'test_account'
      WHEN status || '.' IN (:exact_statuses) THEN 'type'
      ELSE 'status'
    END AS reason,
    CASE
      WHEN account_number_from <= 0 OR account_number_to <= 0 THEN ''
      WHEN status || '.' IN (:exact_statuses) THEN transaction_type
      ELSE status
    END AS given
  FROM :staging_schema.transactions
  WHERE transaction_dt >= CAST(:first_day AS DATE) AND transaction_dt < CAST(:last_day AS DATE) + 1
) AS judged
WHERE reason <> 'type' OR (NOT :all_types AND given || '.' NOT IN (:exact_types))
GROUP BY partition_date, reason, given
ORDER BY partition_date, reason, given;
