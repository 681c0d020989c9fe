-- The mart of one day from warehouse staging alone (docs/contract.md, section 6). :statuses and :types
-- are JSON arrays; NULL for all types. Returns each currency that has counted transactions, whether it
-- had to be left out, and the date of its rate.
WITH counted AS (
  SELECT
    currency_code                       AS currency,
    sum(amount)                         AS amount_sum,
    count(*)                            AS transactions,
    count(DISTINCT account_number_from) AS accounts
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
    AND status = ANY (ARRAY(SELECT json_array_elements_text(:statuses::json)))
    AND (
      :types::json IS NULL
      OR transaction_type = ANY (ARRAY(SELECT json_array_elements_text(:types::json)))
    )
    AND account_number_from > 0
    AND account_number_to > 0
  GROUP BY currency_code
),

-- How many US dollars (420) one unit is worth; NULL where no rate is known on or before the day. From
-- what each load recorded: staging has a table a day, and all of them would be looked at.
rated AS (
  SELECT
    counted.*,
    CASE WHEN counted.currency = 420 THEN 1 ELSE latest.rate END AS rate,
    latest.rate_date
  FROM counted
  LEFT JOIN LATERAL (
    SELECT rates.rate, rates.partition_date AS rate_date
    FROM :staging_schema.load_rates AS rates
    INNER JOIN :staging_schema.loads AS loads ON loads.load_id = rates.load_id
    WHERE rates.currency_code = counted.currency AND rates.partition_date <= :day::date
    ORDER BY rates.partition_date DESC
    LIMIT 1
  ) AS latest ON counted.currency <> 420
),

-- Products of numerics are exact, quotients are not: cents become dollars by * 0.01, and the
-- quotient is given 20 decimals, so that its own rounding cannot make a tie of what is none.
written AS (
  INSERT INTO :mart_schema.global_metrics (
    hk_global_metrics, date_update, currency_from, amount_total, cnt_transactions,
    avg_transactions_per_account, cnt_accounts_make_transactions, load_dt, load_src
  )
  SELECT
    to_char(:day::date, 'YYYYMMDD')::bigint * 1000 + currency,
    :day::date,
    currency,
    round(amount_sum * rate * 0.01, 2),
    transactions,
    round(transactions::numeric(40, 20) / accounts, 4),
    accounts,
    :now::timestamp,
    :source
  FROM rated
  WHERE rate IS NOT NULL
),

left_out AS (
  INSERT INTO :mart_schema.global_metrics_left_out (
    date_update, currency_from, cnt_transactions, amount_sum, load_dt
  )
  SELECT :day::date, currency, transactions, amount_sum, :now::timestamp
  FROM rated
  WHERE rate IS NULL
)

SELECT currency AS currency_from, transactions AS cnt_transactions, rate IS NULL AS left_out, rate_date
FROM rated
ORDER BY currency;
