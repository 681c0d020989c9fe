-- Errors that can be provoked: their SQLSTATEs are what finpipe tells them apart by (lib/postgres).
CREATE TABLE finpipe_staging.finpipe_trial_0123456789ab_keyed (
  place integer NOT NULL,
  PRIMARY KEY (place)
);

INSERT INTO finpipe_staging.finpipe_trial_0123456789ab_keyed VALUES (1);

-- [no-table]
SELECT * FROM finpipe_staging.finpipe_trial_0123456789ab_absent;

-- [no-column]
SELECT absent FROM finpipe_staging.finpipe_trial_0123456789ab_keyed;

-- [no-schema]
SELECT * FROM finpipe_trial_0123456789ab.absent;

-- [exists]
CREATE TABLE finpipe_staging.finpipe_trial_0123456789ab_keyed (
  place integer
);

-- [syntax]
SELECT FROM WHERE;

-- [no-number]
SELECT CAST('x' AS integer) AS as_number;

-- [not-null]
INSERT INTO finpipe_staging.finpipe_trial_0123456789ab_keyed VALUES (NULL);

-- [twice]
INSERT INTO finpipe_staging.finpipe_trial_0123456789ab_keyed VALUES (1);

DROP TABLE finpipe_staging.finpipe_trial_0123456789ab_keyed;
