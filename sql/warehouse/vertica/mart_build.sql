-- The mart of one day from warehouse staging alone (docs/contract.md, section 6).
-- :all_types is whether every type is counted; else :types are.
-- A sum of INTEGERs overflows, one of NUMERICs of more than 18 digits does not; cents become dollars by
-- * 0.01, since a product is exact; the quotient is given 20 decimals, so that its own rounding cannot
-- make a tie of what is none. ROUND is documented as upwards from .5, which says nothing of numbers
-- below zero: those are rounded by their size. No page says how UUIDs are ordered, so they are by text.
INSERT INTO :mart_schema.global_metrics (
  hk_global_metrics, date_update, currency_from, amount_total, cnt_transactions,
  avg_transactions_per_account, cnt_accounts_make_transactions, load_dt, load_src
)
SELECT
  :day_number * 1000 + rated.currency,
  DATE :day,
  rated.currency,
  CASE
    WHEN rated.amount_sum < 0 THEN -ROUND(-rated.amount_sum * rated.rate * 0.01, 2)
    ELSE ROUND(rated.amount_sum * rated.rate * 0.01, 2)
  END,
  rated.transactions,
  ROUND(CAST(rated.transactions AS NUMERIC(38, 20)) / rated.accounts, 4),
  rated.accounts,
  CAST(:now AS TIMESTAMP),
  :source
FROM (
  -- How many US dollars (420) one unit is worth; NULL where no rate is known on or before the day.
  SELECT
    counted.currency,
    counted.amount_sum,
    counted.transactions,
    counted.accounts,
    CASE WHEN counted.currency = 420 THEN 1.000000 ELSE latest.rate END AS rate
  FROM (
    SELECT
      currency_code AS currency,
      SUM(CAST(amount AS NUMERIC(38, 0))) AS amount_sum,
      COUNT(*) AS transactions,
      COUNT(DISTINCT account_number_from) AS accounts
    FROM :staging_schema.transactions
    WHERE transaction_dt >= DATE :day AND transaction_dt < DATE :day + 1
      AND status IN (:statuses)
      AND (:all_types OR transaction_type IN (:types))
      AND account_number_from > 0
      AND account_number_to > 0
    GROUP BY currency_code
  ) AS counted
  LEFT JOIN (
    SELECT
      currency_code AS currency,
      currency_with_div AS rate,
      ROW_NUMBER() OVER (
        PARTITION BY currency_code
        ORDER BY date_update DESC, sent_dttm DESC, CAST(object_id AS VARCHAR(36)) DESC
      ) AS place
    FROM :staging_schema.currencies
    WHERE currency_code_with = 420 AND date_update < DATE :day + 1
  ) AS latest
    ON latest.currency = counted.currency AND latest.place = 1
) AS rated
WHERE rated.rate IS NOT NULL;
