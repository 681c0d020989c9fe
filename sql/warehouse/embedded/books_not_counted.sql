-- What a mart does not count of each day of a range, each row once: by a test account, else by its status,
-- else by its type. Variables as in books_counted.sql.
SELECT partition_date, reason, given, count(*) AS rows
FROM (
  SELECT
    transaction_dt::date AS partition_date,
    CASE
      WHEN account_number_from <= 0 OR account_number_to <= 0 THEN 'test_account'
      WHEN status = ANY (ARRAY(SELECT json_array_elements_text(:statuses::json))) THEN 'type'
      ELSE 'status'
    END AS reason,
    CASE
      WHEN account_number_from <= 0 OR account_number_to <= 0 THEN ''
      WHEN status = ANY (ARRAY(SELECT json_array_elements_text(:statuses::json)))
        THEN transaction_type
      ELSE status
    END AS given
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :first_day::date AND transaction_dt < :last_day::date + 1
) AS judged
WHERE reason <> 'type'
  OR (
    :types::json IS NOT NULL
    AND given <> ALL (ARRAY(SELECT json_array_elements_text(:types::json)))
  )
GROUP BY partition_date, reason, given
ORDER BY partition_date, reason, given;
