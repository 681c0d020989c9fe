-- The rate of each currency of the day's facts, but for the dollar: the one that core_facts.sql took, in its
-- transaction. NULLs where there is none.
INSERT INTO :staging_schema.build_rates (build_id, currency_code, rate, date_update, object_id)
SELECT
  CAST(:build_id AS UUID),
  used.currency_key,
  latest.rate,
  latest.date_update,
  latest.object_id
FROM (
  SELECT DISTINCT currency_key
  FROM :staging_schema.:transactions_side
  WHERE currency_key <> 420
) AS used
LEFT JOIN (
  SELECT
    rates.currency_code,
    rates.rate,
    rates.date_update,
    rates.object_id,
    ROW_NUMBER() OVER (
      PARTITION BY rates.currency_code ORDER BY rates.partition_date DESC
    ) AS place
  FROM :staging_schema.load_rates AS rates
  INNER JOIN :staging_schema.loads ON loads.load_id = rates.load_id
  WHERE rates.partition_date <= DATE :day
) AS latest
  ON latest.currency_code = used.currency_key AND latest.place = 1;
