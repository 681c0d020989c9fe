-- The partition file of a day: one row per object_id, its latest version by sent time, then by status,
-- then by order of landing.
--
-- The day is found by a B-tree. BRIN in its place would cost the landing less of PostgreSQL's time, but
-- the dump more, as soon as rows come late: bench/indexes.ts reads a day in a month of which 1% of the
-- rows are late and 0.1% of any year, in blocks of a day without such rows: B-tree 1.2; BRIN with
-- timestamp_minmax_multi_ops 10 of ranges of 128 pages, 4 of 32, 1.9 of 8; with minmax 28. Ranges of 2
-- pages read as few blocks of the table as the B-tree does, but all of their index each time, so that
-- a dump takes longer with every day that is kept. What was landed since the last vacuum is in no
-- range yet, and read whole by each dump.
COPY (
  SELECT DISTINCT ON (object_id)
    object_id, sent_dttm, operation_id, account_number_from, account_number_to, currency_code,
    country, status, transaction_type, amount, transaction_dt
  FROM stg.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
  ORDER BY
    object_id,
    sent_dttm DESC,
    CASE status
      WHEN 'chargeback' THEN 5
      WHEN 'done' THEN 4
      WHEN 'blocked' THEN 3
      WHEN 'in_progress' THEN 2
      WHEN 'queued' THEN 1
      ELSE 0
    END DESC,
    landing_id DESC
) TO STDOUT (FORMAT csv);
