-- Days swapped in and back (side_table.sql, swap.sql), as loads and undos do it. The day is an old one, which
-- shares its containers with others of its year.
CREATE TABLE :staging_schema.:trial_target (
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

-- [like]
CREATE TABLE :staging_schema.:trial_side
LIKE :staging_schema.:trial_target INCLUDING PROJECTIONS;

INSERT INTO :staging_schema.:trial_target
VALUES (
  '00000000-0000-4000-8000-000000000001', '2015-05-02 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  8, '2015-05-02 10:00:00'
);

COMMIT;

INSERT INTO :staging_schema.:trial_side
VALUES (
  '00000000-0000-4000-8000-000000000002', '2015-05-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  1, '2015-05-01 10:00:00'
);

INSERT INTO :staging_schema.:trial_side
VALUES (
  '00000000-0000-4000-8000-000000000003', '2015-05-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  2, '2015-05-01 10:00:00'
);

COMMIT;

-- [side-fingerprint]
SELECT
  COUNT(*) AS rows,
  CAST(COALESCE(SUM(CAST(amount AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)) AS control_total,
  CAST(
    COALESCE(SUM(CAST(HASH(
      object_id, sent_dttm, operation_id, account_number_from, account_number_to, currency_code,
      country, status, transaction_type, amount, transaction_dt
    ) AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)
  ) AS fingerprint
FROM :staging_schema.:trial_side
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1;

-- Into a day of which the target has nothing.
-- [swap-in]
SELECT SWAP_PARTITIONS_BETWEEN_TABLES(
  :trial_side_path,
  '2015-05-01',
  '2015-05-01',
  :trial_target_path,
  true
);

-- [swap-in-commit]
COMMIT;

-- [target-in]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [side-in]
SELECT amount FROM :staging_schema.:trial_side
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [other-day]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-02' AND transaction_dt < DATE '2015-05-02' + 1
ORDER BY amount;

-- [target-fingerprint]
SELECT
  COUNT(*) AS rows,
  CAST(COALESCE(SUM(CAST(amount AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)) AS control_total,
  CAST(
    COALESCE(SUM(CAST(HASH(
      object_id, sent_dttm, operation_id, account_number_from, account_number_to, currency_code,
      country, status, transaction_type, amount, transaction_dt
    ) AS NUMERIC(38, 0))), 0) AS NUMERIC(38, 0)
  ) AS fingerprint
FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1;

-- In a transaction that is rolled back: did the swap commit itself, and what was before it?
CREATE TABLE :staging_schema.:trial_marks (
  place INTEGER NOT NULL
)
ORDER BY place
UNSEGMENTED ALL NODES;

INSERT INTO :staging_schema.:trial_side
VALUES (
  '00000000-0000-4000-8000-000000000004', '2015-05-01 10:00:01', '00000000-0000-4000-8000-00000000abcd', 1, 2, 420, 'FR', 'done', 'pay',
  4, '2015-05-01 10:00:00'
);

COMMIT;

-- [mark]
INSERT INTO :staging_schema.:trial_marks VALUES (1);

-- [swap-rolled-back]
SELECT SWAP_PARTITIONS_BETWEEN_TABLES(
  :trial_side_path,
  '2015-05-01',
  '2015-05-01',
  :trial_target_path,
  true
);

-- [rollback]
ROLLBACK;

-- [target-rolled-back]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [side-rolled-back]
SELECT amount FROM :staging_schema.:trial_side
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [marks]
SELECT COUNT(*) AS rows FROM :staging_schema.:trial_marks;

-- Onto a day that both have, and back.
-- [swap-day]
SELECT SWAP_PARTITIONS_BETWEEN_TABLES(
  :trial_side_path,
  '2015-05-01',
  '2015-05-01',
  :trial_target_path,
  true
);

-- [swap-day-commit]
COMMIT;

-- [target-day]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [side-day]
SELECT amount FROM :staging_schema.:trial_side
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [swap-back]
SELECT SWAP_PARTITIONS_BETWEEN_TABLES(
  :trial_side_path,
  '2015-05-01',
  '2015-05-01',
  :trial_target_path,
  true
);

-- [swap-back-commit]
COMMIT;

-- [target-back]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- [side-back]
SELECT amount FROM :staging_schema.:trial_side
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- From a side table that has nothing of the day, as the load of an empty file does.
-- [like-empty]
CREATE TABLE :staging_schema.:trial_empty
LIKE :staging_schema.:trial_target INCLUDING PROJECTIONS;

-- [swap-empty]
SELECT SWAP_PARTITIONS_BETWEEN_TABLES(
  :trial_empty_path,
  '2015-05-01',
  '2015-05-01',
  :trial_target_path,
  true
);

-- [swap-empty-commit]
COMMIT;

-- [target-empty]
SELECT amount FROM :staging_schema.:trial_target
WHERE transaction_dt >= DATE '2015-05-01' AND transaction_dt < DATE '2015-05-01' + 1
ORDER BY amount;

-- The core's facts (004_core.sql): the target has a key that is not checked, and a foreign key.
CREATE TABLE :staging_schema.:trial_dim (
  k INTEGER NOT NULL,
  CONSTRAINT trial_dim_key PRIMARY KEY (k) ENABLED
)
ORDER BY k
UNSEGMENTED ALL NODES;

CREATE TABLE :staging_schema.:trial_facts (
  id INTEGER NOT NULL,
  k  INTEGER NOT NULL,
  at DATE    NOT NULL,
  CONSTRAINT trial_facts_key PRIMARY KEY (id) DISABLED,
  CONSTRAINT trial_facts_dim FOREIGN KEY (k) REFERENCES :staging_schema.:trial_dim (k)
)
ORDER BY id
SEGMENTED BY HASH(id) ALL NODES
PARTITION BY at;

-- [like-keys]
CREATE TABLE :staging_schema.:trial_build
LIKE :staging_schema.:trial_facts INCLUDING PROJECTIONS;

INSERT INTO :staging_schema.:trial_build VALUES (1, 1, DATE '2015-05-01');

COMMIT;

-- [swap-keys]
SELECT SWAP_PARTITIONS_BETWEEN_TABLES(
  :trial_build_path,
  '2015-05-01',
  '2015-05-01',
  :trial_facts_path,
  true
);

-- [swap-keys-commit]
COMMIT;

-- [keys-in]
SELECT id FROM :staging_schema.:trial_facts;

DROP TABLE :staging_schema.:trial_build CASCADE;

DROP TABLE :staging_schema.:trial_facts CASCADE;

DROP TABLE :staging_schema.:trial_dim CASCADE;

DROP TABLE :staging_schema.:trial_empty CASCADE;

DROP TABLE :staging_schema.:trial_side CASCADE;

DROP TABLE :staging_schema.:trial_marks CASCADE;

DROP TABLE :staging_schema.:trial_target CASCADE;
