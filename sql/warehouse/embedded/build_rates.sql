-- The rate of each currency that was counted, but for the dollar: the one that mart_build.sql took, in
-- its transaction. NULLs where there is none.
INSERT INTO :staging_schema.build_rates (build_id, currency_code, rate, date_update, object_id)
SELECT :build_id::uuid, counted.currency_from, latest.currency_with_div, latest.date_update, latest.object_id
FROM (
  SELECT currency_from FROM :mart_schema.global_metrics
  WHERE date_update = :day::date AND currency_from <> 420
  UNION ALL
  SELECT currency_from FROM :mart_schema.global_metrics_left_out WHERE date_update = :day::date
) AS counted
LEFT JOIN LATERAL (
  SELECT currency_with_div, date_update, object_id
  FROM :staging_schema.currencies
  WHERE currency_code = counted.currency_from
    AND currency_code_with = 420
    AND date_update < :day::date + 1
  ORDER BY date_update DESC, sent_dttm DESC, object_id DESC
  LIMIT 1
) AS latest ON true;
