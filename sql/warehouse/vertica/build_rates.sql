-- The rate of each currency that was counted, but for the dollar: the one that mart_build.sql took, in
-- its transaction. NULLs where there is none.
INSERT INTO :staging_schema.build_rates (build_id, currency_code, rate, date_update, object_id)
SELECT
  CAST(:build_id AS UUID),
  counted.currency_from,
  latest.currency_with_div,
  latest.date_update,
  latest.object_id
FROM (
  SELECT currency_from
  FROM :mart_schema.global_metrics
  WHERE date_update = DATE :day AND currency_from <> 420
  UNION ALL
  SELECT currency_from
  FROM :mart_schema.global_metrics_left_out
  WHERE date_update = DATE :day
) AS counted
LEFT JOIN (
  SELECT
    currency_code,
    currency_with_div,
    date_update,
    object_id,
    ROW_NUMBER() OVER (
      PARTITION BY currency_code
      ORDER BY date_update DESC, sent_dttm DESC, CAST(object_id AS VARCHAR(36)) DESC
    ) AS place
  FROM :staging_schema.currencies
  WHERE currency_code_with = 420 AND date_update < DATE :day + 1
) AS latest
  ON latest.currency_code = counted.currency_from AND latest.place = 1;
