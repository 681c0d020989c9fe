-- Errors that can be provoked: their SQLSTATEs are what finpipe tells them apart by (lib/warehouse/vertica).
CREATE TABLE finpipe_staging.finpipe_trial_0123456789ab_keyed (
  place INTEGER NOT NULL,
  PRIMARY KEY (place) ENABLED
)
ORDER BY place
UNSEGMENTED ALL NODES;

INSERT INTO finpipe_staging.finpipe_trial_0123456789ab_keyed VALUES (1);

COMMIT;

-- [no-table]
SELECT * FROM finpipe_staging.finpipe_trial_0123456789ab_absent;

-- [no-column]
SELECT absent FROM finpipe_staging.finpipe_trial_0123456789ab_keyed;

-- [no-schema]
SELECT * FROM finpipe_trial_0123456789ab.absent;

-- [exists]
CREATE TABLE finpipe_staging.finpipe_trial_0123456789ab_keyed (
  place INTEGER
)
ORDER BY place
UNSEGMENTED ALL NODES;

-- [syntax]
SELECT FROM WHERE;

-- [no-number]
SELECT CAST('x' AS INTEGER) AS as_number;

-- [not-null]
INSERT INTO finpipe_staging.finpipe_trial_0123456789ab_keyed VALUES (NULL);

-- [not-null-rollback]
ROLLBACK;

-- [twice]
INSERT INTO finpipe_staging.finpipe_trial_0123456789ab_keyed VALUES (1);

-- [twice-commit]
COMMIT;

-- [twice-rollback]
ROLLBACK;

DROP TABLE finpipe_staging.finpipe_trial_0123456789ab_keyed CASCADE;
