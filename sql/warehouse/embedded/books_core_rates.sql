-- The rates of each day of a range, in the warehouse's staging and in the core: the pairs of currencies that
-- staging has, the facts, those of them that do not find one of their dimensions, and the pairs whose fact is
-- that of the latest staged rate.
SELECT
  COALESCE(staged.date_key, facts.date_key) AS date_key,
  COUNT(DISTINCT staged.currency_code * 1000 + staged.currency_code_with) AS staged,
  COUNT(facts.date_key) AS facts,
  SUM(
    CASE
      WHEN facts.date_key IS NULL THEN 0
      WHEN facts.has_date AND facts.has_currency AND facts.has_currency_with THEN 0
      ELSE 1
    END
  ) AS without_dimension,
  COUNT(
    DISTINCT CASE
      WHEN facts.rate = staged.rate
        AND facts.date_update = staged.date_update
        AND facts.object_id = staged.object_id
        THEN staged.currency_code * 1000 + staged.currency_code_with
    END
  ) AS same,
  MIN(facts.load_dt) AS first_load_dt,
  MAX(facts.load_dt) AS last_load_dt,
  MIN(facts.load_src) AS first_load_src,
  MAX(facts.load_src) AS last_load_src
FROM (
  SELECT DISTINCT ON (date_update::date, currency_code, currency_code_with)
    EXTRACT(YEAR FROM date_update) * 10000 + EXTRACT(MONTH FROM date_update) * 100 + EXTRACT(DAY FROM date_update) AS date_key,
    currency_code,
    currency_code_with,
    currency_with_div AS rate,
    date_update,
    object_id
  FROM :staging_schema.currencies
  WHERE date_update >= :first_day::date AND date_update < :last_day::date + 1
  ORDER BY
    date_update::date, currency_code, currency_code_with,
    date_update DESC, sent_dttm DESC, object_id DESC
) AS staged
FULL JOIN (
  SELECT
    rates.*,
    dates.date_key IS NOT NULL AS has_date,
    one.currency_key IS NOT NULL AS has_currency,
    other.currency_key IS NOT NULL AS has_currency_with
  FROM :mart_schema.fct_currency_rates AS rates
  LEFT JOIN (
    SELECT DISTINCT date_key FROM :mart_schema.dim_dates
  ) AS dates ON dates.date_key = rates.date_key
  LEFT JOIN (
    SELECT DISTINCT currency_key FROM :mart_schema.dim_currencies
  ) AS one ON one.currency_key = rates.currency_key
  LEFT JOIN (
    SELECT DISTINCT currency_key FROM :mart_schema.dim_currencies
  ) AS other ON other.currency_key = rates.currency_with_key
  WHERE rates.date_key BETWEEN :first_key AND :last_key
) AS facts
  ON facts.date_key = staged.date_key
  AND facts.currency_key = staged.currency_code
  AND facts.currency_with_key = staged.currency_code_with
GROUP BY COALESCE(staged.date_key, facts.date_key)
ORDER BY COALESCE(staged.date_key, facts.date_key);
