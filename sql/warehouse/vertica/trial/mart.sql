-- The mart of a day (mart_lock.sql, mart_build.sql) of a handful of rows, in one transaction.
CREATE TABLE :staging_schema.:trial_transactions (
  object_id           UUID          NOT NULL,
  sent_dttm           TIMESTAMP     NOT NULL,
  operation_id        UUID          NOT NULL,
  account_number_from INTEGER       NOT NULL,
  account_number_to   INTEGER       NOT NULL,
  currency_code       INTEGER       NOT NULL,
  country             VARCHAR(1000) NOT NULL,
  status              VARCHAR(1000) NOT NULL,
  transaction_type    VARCHAR(1000) NOT NULL,
  amount              INTEGER       NOT NULL,
  transaction_dt      TIMESTAMP     NOT NULL
)
ORDER BY status, currency_code, account_number_from, object_id
SEGMENTED BY HASH(object_id) ALL NODES
PARTITION BY transaction_dt::DATE
GROUP BY CALENDAR_HIERARCHY_DAY(transaction_dt::DATE, 2, 2);

CREATE TABLE :staging_schema.:trial_currencies (
  object_id          UUID           NOT NULL,
  sent_dttm          TIMESTAMP      NOT NULL,
  date_update        TIMESTAMP      NOT NULL,
  currency_code      INTEGER        NOT NULL,
  currency_code_with INTEGER        NOT NULL,
  currency_with_div  NUMERIC(18, 6) NOT NULL
)
ORDER BY currency_code_with, currency_code, date_update, object_id
UNSEGMENTED ALL NODES
PARTITION BY date_update::DATE
GROUP BY CALENDAR_HIERARCHY_DAY(date_update::DATE, 2, 2);

CREATE TABLE :mart_schema.:trial_global_metrics (
  hk_global_metrics              INTEGER        NOT NULL,
  date_update                    DATE           NOT NULL,
  currency_from                  INTEGER        NOT NULL,
  amount_total                   NUMERIC(38, 2) NOT NULL,
  cnt_transactions               INTEGER        NOT NULL,
  avg_transactions_per_account   NUMERIC(18, 4) NOT NULL,
  cnt_accounts_make_transactions INTEGER        NOT NULL,
  load_dt                        TIMESTAMP      NOT NULL,
  load_src                       VARCHAR(64)    NOT NULL,
  PRIMARY KEY (date_update, currency_from) ENABLED
)
ORDER BY date_update, currency_from
UNSEGMENTED ALL NODES;

-- 410 is paid in by two accounts, the newest rate counts; 420 is paid out; 430 has no rate; what was not done
-- is not counted, nor is an account below zero.
INSERT INTO :staging_schema.:trial_transactions
VALUES (
  '00000000-0000-4000-8000-000000000001', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 410, 'FR', 'done', 'pay',
  100, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_transactions
VALUES (
  '00000000-0000-4000-8000-000000000002', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 410, 'FR', 'done', 'pay',
  101, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_transactions
VALUES (
  '00000000-0000-4000-8000-000000000003', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 3, 2, 410, 'FR', 'done', 'pay',
  9223372036854775807, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_transactions
VALUES (
  '00000000-0000-4000-8000-000000000004', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  -250, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_transactions
VALUES (
  '00000000-0000-4000-8000-000000000005', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 430, 'FR', 'done', 'pay',
  7, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_transactions
VALUES (
  '00000000-0000-4000-8000-000000000006', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 410, 'FR', 'queued', 'pay',
  5, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_transactions
VALUES (
  '00000000-0000-4000-8000-000000000007', '2022-10-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', -1, 2, 410, 'FR', 'done', 'pay',
  6, '2022-10-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_currencies
VALUES (
  '00000000-0000-4000-8000-000000000011', '2022-09-30 10:00:01', '2022-09-30 10:00:00', 410, 420, 9.000000
);

INSERT INTO :staging_schema.:trial_currencies
VALUES (
  '00000000-0000-4000-8000-000000000012', '2022-10-01 10:00:01', '2022-10-01 10:00:00', 410, 420, 0.123456
);

INSERT INTO :staging_schema.:trial_currencies
VALUES (
  '00000000-0000-4000-8000-000000000013', '2022-10-02 10:00:01', '2022-10-02 10:00:00', 410, 420, 7.000000
);

COMMIT;

-- [mart-lock]
LOCK TABLE :staging_schema.:trial_transactions, :staging_schema.:trial_currencies IN SHARE MODE;

-- [mart-build]
INSERT INTO :mart_schema.:trial_global_metrics (
  hk_global_metrics, date_update, currency_from, amount_total, cnt_transactions,
  avg_transactions_per_account, cnt_accounts_make_transactions, load_dt, load_src
)
SELECT
  20221001 * 1000 + rated.currency,
  DATE '2022-10-01',
  rated.currency,
  CASE
    WHEN rated.amount_sum < 0 THEN -ROUND(-rated.amount_sum * rated.rate * 0.01, 2)
    ELSE ROUND(rated.amount_sum * rated.rate * 0.01, 2)
  END,
  rated.transactions,
  ROUND(CAST(rated.transactions AS NUMERIC(38, 20)) / rated.accounts, 4),
  rated.accounts,
  CAST('2022-10-02 03:04:05' AS TIMESTAMP),
  'finpipe trial'
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
    FROM :staging_schema.:trial_transactions
    WHERE transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1
      AND status IN ('done')
      AND (true OR transaction_type IN (''))
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
    FROM :staging_schema.:trial_currencies
    WHERE currency_code_with = 420 AND date_update < DATE '2022-10-01' + 1
  ) AS latest
    ON latest.currency = counted.currency AND latest.place = 1
) AS rated
WHERE rated.rate IS NOT NULL;

-- [mart]
SELECT
  hk_global_metrics, currency_from, amount_total, cnt_transactions, avg_transactions_per_account,
  cnt_accounts_make_transactions
FROM :mart_schema.:trial_global_metrics
ORDER BY currency_from;

-- [mart-again]
INSERT INTO :mart_schema.:trial_global_metrics
SELECT * FROM :mart_schema.:trial_global_metrics;

-- [mart-rollback]
ROLLBACK;

-- [mart-after]
SELECT COUNT(*) AS rows FROM :mart_schema.:trial_global_metrics;

DROP TABLE :mart_schema.:trial_global_metrics CASCADE;

DROP TABLE :staging_schema.:trial_currencies CASCADE;

DROP TABLE :staging_schema.:trial_transactions CASCADE;
