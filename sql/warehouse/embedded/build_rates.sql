-- The rate of each currency that was counted, but for the dollar: the one that mart_build.sql took, in
-- its transaction. NULLs where there is none.
INSERT INTO :staging_schema.build_rates (build_id, currency_code, rate, date_update, object_id)
SELECT :build_id::uuid, counted.currency_from, latest.rate, latest.date_update, latest.object_id
FROM (
  SELECT currency_from FROM :mart_schema.global_metrics
  WHERE date_update = :day::date AND currency_from <> 420
  UNION ALL
  SELECT currency_from FROM :mart_schema.global_metrics_left_out WHERE date_update = :day::date
) AS counted
LEFT JOIN LATERAL (
  SELECT rates.rate, rates.date_update, rates.object_id
  FROM :staging_schema.load_rates AS rates
  INNER JOIN :staging_schema.loads ON loads.load_id = rates.load_id
  WHERE rates.currency_code = counted.currency_from AND rates.partition_date <= :day::date
  ORDER BY rates.partition_date DESC
  LIMIT 1
) AS latest ON true;
