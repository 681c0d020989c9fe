-- The rate of each currency of the day's facts, but for the dollar: the one that core_facts.sql took, in its
-- transaction. NULLs where there is none.
INSERT INTO :staging_schema.build_rates (build_id, currency_code, rate, date_update, object_id)
SELECT DISTINCT ON (used.currency_key)
  :build_id::uuid, used.currency_key, latest.rate, latest.date_update, latest.object_id
FROM (
  SELECT DISTINCT currency_key FROM :mart_schema.fct_transactions_build WHERE currency_key <> 420
) AS used
LEFT JOIN (
  SELECT rates.currency_code, rates.rate, rates.date_update, rates.object_id
  FROM :staging_schema.load_rates AS rates
  INNER JOIN :staging_schema.loads ON loads.load_id = rates.load_id
  WHERE rates.partition_date <= :day::date
) AS latest ON latest.currency_code = used.currency_key
ORDER BY used.currency_key, latest.date_update DESC;
