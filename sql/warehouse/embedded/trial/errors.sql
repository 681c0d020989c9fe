-- Errors that can be provoked: their SQLSTATEs are what finpipe tells them apart by (lib/postgres).
CREATE TABLE :staging_schema.:trial_keyed (
  place integer NOT NULL,
  PRIMARY KEY (place)
);

INSERT INTO :staging_schema.:trial_keyed VALUES (1);

-- [no-table]
SELECT * FROM :staging_schema.:trial_absent;

-- [no-column]
SELECT absent FROM :staging_schema.:trial_keyed;

-- [no-schema]
SELECT * FROM :trial_schema.absent;

-- [exists]
CREATE TABLE :staging_schema.:trial_keyed (
  place integer
);

-- [syntax]
SELECT FROM WHERE;

-- [no-number]
SELECT CAST('x' AS integer) AS as_number;

-- [not-null]
INSERT INTO :staging_schema.:trial_keyed VALUES (NULL);

-- [twice]
INSERT INTO :staging_schema.:trial_keyed VALUES (1);

DROP TABLE :staging_schema.:trial_keyed;
