-- Errors that can be provoked: their SQLSTATEs are what finpipe tells them apart by (lib/warehouse/vertica).
CREATE TABLE :staging_schema.:trial_keyed (
  place INTEGER NOT NULL,
  PRIMARY KEY (place) ENABLED
)
ORDER BY place
UNSEGMENTED ALL NODES;

INSERT INTO :staging_schema.:trial_keyed VALUES (1);

COMMIT;

-- [no-table]
SELECT * FROM :staging_schema.:trial_absent;

-- [no-column]
SELECT absent FROM :staging_schema.:trial_keyed;

-- [no-schema]
SELECT * FROM :trial_schema.absent;

-- [exists]
CREATE TABLE :staging_schema.:trial_keyed (
  place INTEGER
)
ORDER BY place
UNSEGMENTED ALL NODES;

-- [syntax]
SELECT FROM WHERE;

-- [no-number]
SELECT CAST('x' AS INTEGER) AS as_number;

-- [not-null]
INSERT INTO :staging_schema.:trial_keyed VALUES (NULL);

-- [not-null-rollback]
ROLLBACK;

-- [twice]
INSERT INTO :staging_schema.:trial_keyed VALUES (1);

-- [twice-commit]
COMMIT;

-- [twice-rollback]
ROLLBACK;

DROP TABLE :staging_schema.:trial_keyed CASCADE;
