-- The mart of a day (mart_build.sql) of a handful of rows, in one transaction.
CREATE TABLE :staging_schema.:trial_transactions (
  object_id           uuid          NOT NULL,
  sent_dttm           timestamp     NOT NULL,
  operation_id        uuid          NOT NULL,
  account_number_from bigint        NOT NULL,
  account_number_to   bigint        NOT NULL,
  currency_code       integer       NOT NULL,
  country             varchar(1000) NOT NULL,
  status              varchar(1000) NOT NULL,
  transaction_type    varchar(1000) NOT NULL,
  amount              bigint        NOT NULL,
  transaction_dt      timestamp     NOT NULL,
  CONSTRAINT currency_code_range CHECK (currency_code BETWEEN 0 AND 999),
  CONSTRAINT country_bytes CHECK (octet_length(country) <= 1000),
  CONSTRAINT status_bytes CHECK (octet_length(status) <= 1000),
  CONSTRAINT transaction_type_bytes CHECK (octet_length(transaction_type) <= 1000)
) PARTITION BY RANGE (transaction_dt);

CREATE TABLE :staging_schema.:trial_rows PARTITION OF :staging_schema.:trial_transactions
FOR VALUES FROM ('2022-10-01') TO ('2022-10-02');

CREATE TABLE :staging_schema.:trial_loads (
  load_id uuid NOT NULL
);

CREATE TABLE :staging_schema.:trial_rates (
  load_id        uuid           NOT NULL,
  partition_date date           NOT NULL,
  currency_code  integer        NOT NULL,
  rate           numeric(18, 6) NOT NULL,
  date_update    timestamp      NOT NULL,
  object_id      uuid           NOT NULL,
  PRIMARY KEY (load_id, currency_code)
);

CREATE TABLE :mart_schema.:trial_global_metrics (
  hk_global_metrics              bigint         NOT NULL,
  date_update                    date           NOT NULL,
  currency_from                  integer        NOT NULL,
  amount_total                   numeric(38, 2) NOT NULL,
  cnt_transactions               bigint         NOT NULL,
  avg_transactions_per_account   numeric(18, 4) NOT NULL,
  cnt_accounts_make_transactions bigint         NOT NULL,
  load_dt                        timestamp      NOT NULL,
  load_src                       varchar(64)    NOT NULL,
  PRIMARY KEY (date_update, currency_from)
);

CREATE TABLE :mart_schema.:trial_left_out (
  date_update      date      NOT NULL,
  currency_from    integer   NOT NULL,
  cnt_transactions bigint    NOT NULL,
  amount_sum       numeric   NOT NULL,
  load_dt          timestamp NOT NULL,
  PRIMARY KEY (date_update, currency_from)
);

-- 410 is paid in by two accounts, the newest rate of a load that stands counts; 420 is paid out; 430 has no rate; what was not done
-- is not counted, nor is an account below zero.
INSERT INTO :staging_schema.:trial_rows
VALUES (
  '00000000-0000-4000-8000-000000000001', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 410, 'FR', 'done', 'pay',
  100, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_rows
VALUES (
  '00000000-0000-4000-8000-000000000002', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 410, 'FR', 'done', 'pay',
  101, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_rows
VALUES (
  '00000000-0000-4000-8000-000000000003', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 3, 2, 410, 'FR', 'done', 'pay',
  9223372036854775807, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_rows
VALUES (
  '00000000-0000-4000-8000-000000000004', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  -250, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_rows
VALUES (
  '00000000-0000-4000-8000-000000000005', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 430, 'FR', 'done', 'pay',
  7, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_rows
VALUES (
  '00000000-0000-4000-8000-000000000006', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 410, 'FR', 'queued', 'pay',
  5, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_rows
VALUES (
  '00000000-0000-4000-8000-000000000007', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', -1, 2, 410, 'FR', 'done', 'pay',
  6, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_loads
VALUES ('00000000-0000-4000-8000-00000000000a');

INSERT INTO :staging_schema.:trial_loads
VALUES ('00000000-0000-4000-8000-00000000000b');

INSERT INTO :staging_schema.:trial_loads
VALUES ('00000000-0000-4000-8000-00000000000c');

INSERT INTO :staging_schema.:trial_rates
VALUES (
  '00000000-0000-4000-8000-00000000000a', '2022-09-30', 410, 9.000000, '2022-09-30 10:00:00', '00000000-0000-4000-8000-000000000011'
);

INSERT INTO :staging_schema.:trial_rates
VALUES (
  '00000000-0000-4000-8000-00000000000b', '2022-10-01', 410, 0.123456, '2022-10-01 10:00:00', '00000000-0000-4000-8000-000000000012'
);

INSERT INTO :staging_schema.:trial_rates
VALUES (
  '00000000-0000-4000-8000-00000000000c', '2022-10-02', 410, 7.000000, '2022-10-02 10:00:00', '00000000-0000-4000-8000-000000000013'
);

INSERT INTO :staging_schema.:trial_rates
VALUES (
  '00000000-0000-4000-8000-00000000000d', '2022-10-01', 410, 5.000000, '2022-10-01 10:00:00', '00000000-0000-4000-8000-000000000014'
);

BEGIN;

-- [mart-build]
WITH counted AS (
  SELECT
    currency_code                       AS currency,
    sum(amount)                         AS amount_sum,
    count(*)                            AS transactions,
    count(DISTINCT account_number_from) AS accounts
  FROM :staging_schema.:trial_transactions
  WHERE transaction_dt >= '2022-10-01'::date AND transaction_dt < '2022-10-01'::date + 1
    AND status = ANY (ARRAY(SELECT json_array_elements_text('["done"]'::json)))
    AND (
      NULL::json IS NULL
      OR transaction_type = ANY (ARRAY(SELECT json_array_elements_text(NULL::json)))
    )
    AND account_number_from > 0
    AND account_number_to > 0
  GROUP BY currency_code
),

rated AS (
  SELECT
    counted.*,
    CASE WHEN counted.currency = 420 THEN 1 ELSE latest.rate END AS rate,
    latest.rate_date
  FROM counted
  LEFT JOIN LATERAL (
    SELECT rates.rate, rates.partition_date AS rate_date
    FROM :staging_schema.:trial_rates AS rates
    INNER JOIN :staging_schema.:trial_loads AS loads ON loads.load_id = rates.load_id
    WHERE rates.currency_code = counted.currency AND rates.partition_date <= '2022-10-01'::date
    ORDER BY rates.partition_date DESC
    LIMIT 1
  ) AS latest ON counted.currency <> 420
),

written AS (
  INSERT INTO :mart_schema.:trial_global_metrics (
    hk_global_metrics, date_update, currency_from, amount_total, cnt_transactions,
    avg_transactions_per_account, cnt_accounts_make_transactions, load_dt, load_src
  )
  SELECT
    to_char('2022-10-01'::date, 'YYYYMMDD')::bigint * 1000 + currency,
    '2022-10-01'::date,
    currency,
    round(amount_sum * rate * 0.01, 2),
    transactions,
    round(transactions::numeric(40, 20) / accounts, 4),
    accounts,
    '2022-10-02 03:04:05'::timestamp,
    'finpipe trial'
  FROM rated
  WHERE rate IS NOT NULL
),

left_out AS (
  INSERT INTO :mart_schema.:trial_left_out (
    date_update, currency_from, cnt_transactions, amount_sum, load_dt
  )
  SELECT '2022-10-01'::date, currency, transactions, amount_sum, '2022-10-02 03:04:05'::timestamp
  FROM rated
  WHERE rate IS NULL
)

SELECT currency AS currency_from, transactions AS cnt_transactions, rate IS NULL AS left_out, rate_date
FROM rated
ORDER BY currency;

-- [mart]
SELECT
  hk_global_metrics, currency_from, amount_total, cnt_transactions, avg_transactions_per_account,
  cnt_accounts_make_transactions
FROM :mart_schema.:trial_global_metrics
ORDER BY currency_from;

-- [mart-rollback]
ROLLBACK;

-- [mart-after]
SELECT COUNT(*) AS rows FROM :mart_schema.:trial_global_metrics;

DROP TABLE :mart_schema.:trial_left_out;

DROP TABLE :mart_schema.:trial_global_metrics;

DROP TABLE :staging_schema.:trial_rates;

DROP TABLE :staging_schema.:trial_loads;

DROP TABLE :staging_schema.:trial_transactions;
