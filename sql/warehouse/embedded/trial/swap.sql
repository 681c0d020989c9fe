-- Days swapped in and back (side_table.sql, swap_in.sql, swap_out.sql, swap_back.sql), as loads and undos do it.
CREATE TABLE :staging_schema.:trial_target (
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

-- [like]
CREATE TABLE :staging_schema.:trial_first (
  LIKE :staging_schema.:trial_target INCLUDING CONSTRAINTS,
  CONSTRAINT of_the_day
    CHECK (transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1)
);

CREATE TABLE :staging_schema.:trial_second (
  LIKE :staging_schema.:trial_target INCLUDING CONSTRAINTS,
  CONSTRAINT of_the_day
    CHECK (transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1)
);

CREATE TABLE :staging_schema.:trial_other (
  LIKE :staging_schema.:trial_target INCLUDING CONSTRAINTS,
  CONSTRAINT of_the_day
    CHECK (transaction_dt >= DATE '2015-05-02' AND transaction_dt < DATE '2015-05-02' + 1)
);

INSERT INTO :staging_schema.:trial_other
VALUES (
  '00000000-0000-4000-8000-000000000001', '2015-05-02 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  8, '2015-05-02 10:00:00'
);

ALTER TABLE :staging_schema.:trial_target
ATTACH PARTITION :staging_schema.:trial_other
FOR VALUES FROM (DATE '2015-05-02') TO (DATE '2015-05-02' + 1);

INSERT INTO :staging_schema.:trial_first
VALUES (
  '00000000-0000-4000-8000-000000000002', '2015-05-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  1, '2015-05-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_first
VALUES (
  '00000000-0000-4000-8000-000000000003', '2015-05-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  2, '2015-05-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_second
VALUES (
  '00000000-0000-4000-8000-000000000004', '2015-05-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  4, '2015-05-01 10:00:00'
);

-- Into a day of which the target has nothing.
-- [swap-in]
ALTER TABLE :staging_schema.:trial_target
ATTACH PARTITION :staging_schema.:trial_first
FOR VALUES FROM (DATE '2015-05-01') TO (DATE '2015-05-01' + 1);

-- [target-in]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [other-day]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-02' AND transaction_dt < DATE '2015-05-02' + 1
ORDER BY amount;

-- In a transaction that is rolled back.
BEGIN;

-- [swap-out-rolled-back]
ALTER TABLE :staging_schema.:trial_target DETACH PARTITION :staging_schema.:trial_first;

-- [swap-rolled-back]
ALTER TABLE :staging_schema.:trial_target
ATTACH PARTITION :staging_schema.:trial_second
FOR VALUES FROM (DATE '2015-05-01') TO (DATE '2015-05-01' + 1);

-- [rollback]
ROLLBACK;

-- [target-after-rollback]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- Onto a day that stands, and back.
BEGIN;

ALTER TABLE :staging_schema.:trial_target DETACH PARTITION :staging_schema.:trial_first;

-- [swap-day]
ALTER TABLE :staging_schema.:trial_target
ATTACH PARTITION :staging_schema.:trial_second
FOR VALUES FROM (DATE '2015-05-01') TO (DATE '2015-05-01' + 1);

-- [swap-day-commit]
COMMIT;

-- [target-day]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [side-day]
SELECT amount FROM :staging_schema.:trial_first
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

BEGIN;

ALTER TABLE :staging_schema.:trial_target DETACH PARTITION :staging_schema.:trial_second;

-- [swap-back]
ALTER TABLE :staging_schema.:trial_target
ATTACH PARTITION :staging_schema.:trial_first
FOR VALUES FROM (DATE '2015-05-01') TO (DATE '2015-05-01' + 1);

-- [swap-back-commit]
COMMIT;

-- [target-back]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [side-back]
SELECT amount FROM :staging_schema.:trial_second
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

DROP TABLE :staging_schema.:trial_second;

DROP TABLE :staging_schema.:trial_target;
